"""Writing YAML for Ansible: PyYAML, with texts quoted so that neither YAML nor a template takes them for more."""

from __future__ import annotations

import re
from typing import Any

#: Texts that no version of YAML takes for anything else. All others stand in double quotes.
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[-.][A-Za-z0-9_]+)*")
_WORDS = frozenset(("y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"))
#: What Jinja2 would take for its own; the tag keeps Ansible from running it.
_TEMPLATE = re.compile(r"\{[{%#]")
_UNSAFE = "!unsafe"


def dump(document: dict[str, Any]) -> str:
    """A document of texts, numbers, nothing, lists and mappings, in the order given."""
    import yaml  # only an inventory of Ansible's pays for it

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
            return True

    def text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
        tag = _UNSAFE if _TEMPLATE.search(value) else "tag:yaml.org,2002:str"
        plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS
        return dumper.represent_scalar(tag, value, style=None if plain else '"')

    Dumper.add_representer(str, text)
    shown: str = yaml.dump(document, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=float("inf"))
    return shown
