"""The forms in which a run's problems are handed to programs; each is made by the module of its name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from mlnlang.diagnostics.model import Diagnostic

#: What `--format` takes. `text` is for people; the others are read by programs.
FORMATS = ("text", "json", "sarif", "github", "gitlab", "junit")
#: Bytes of a file's name that are no UTF-8, as Python holds them.
_SURROGATE = re.compile(r"[\ud800-\udfff]")


def written(form: str, problems: Sequence[Diagnostic], files: Sequence[str], base: str) -> str:
    """The whole document. `files` are those that were checked; `base` is the directory that paths start from."""
    if form == "json":  # as it always was: what is no UTF-8 in a file's name stays as it is
        return _made(form, problems)
    if form == "text":
        from mlnlang.diagnostics.render import plain

        text = plain(problems)
    elif form == "junit":
        from mlnlang.diagnostics import as_junit

        text = as_junit.document(problems, files, base)
    elif form == "github":
        from mlnlang.diagnostics import as_github

        text = as_github.commands(problems, base)
    else:
        text = _made(form, problems, base)
    return _SURROGATE.sub("\ufffd", text)


def _made(form: str, *given: Any) -> str:
    import json  # only a program's format pays for it

    module: Any = import_module(f"mlnlang.diagnostics.as_{form}")
    return json.dumps(module.document(*given), indent=2, ensure_ascii=False) + "\n"
