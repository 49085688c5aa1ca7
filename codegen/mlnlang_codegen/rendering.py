"""Templates to text. The only module that imports Jinja2."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, PrefixLoader, StrictUndefined, Template

from mlnlang_codegen import quoting
from mlnlang_codegen.registry import PACKAGES

_SHARED = {"guest": "mlnlang_codegen.guest", "server": "mlnlang_codegen.server"}


@cache
def environment() -> Environment:
    """The one environment: undefined names are errors, and output is never escaped but by the filters."""
    loaders = {name: PackageLoader(package) for name, package in {**PACKAGES, **_SHARED}.items()}
    made = Environment(
        loader=PrefixLoader(loaders),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - shell and configuration files: each syntax has its own filter
        auto_reload=False,
        cache_size=-1,
    )
    for name in ("sh", "xml", "xl", "vmx", "word"):
        made.filters[name] = getattr(quoting, name)
    made.filters["json"] = json.dumps
    return made


@cache
def _template(name: str) -> Template:
    return environment().get_template(name)


def render(template: str, values: Mapping[str, Any]) -> str:
    """A template's text with these values."""
    return _template(template).render(values)


@cache
def static(name: str) -> str:
    """A file that lies beside the templates and goes out as it is: the shell libraries."""
    env = environment()
    assert env.loader is not None
    return env.loader.get_source(env, name)[0]
