"""Diagnostics as JUnit XML, which Jenkins, GitLab and others show as test results.

A file is a test case; its errors make it fail, its warnings and notes are what it printed. A file that was only
included, or that can't be told, has a case of its own where there is something to say about it.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

from mlnlang.diagnostics.model import Diagnostic
from mlnlang.diagnostics.places import path_of, relative, start_and_end
from mlnlang.diagnostics.render import plain, visible

#: What XML 1.0 can't hold in any form (section 2.2).
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOWHERE = "mlnc"


def document(diagnostics: Sequence[Diagnostic], files: Iterable[str], base: str = "") -> str:
    """The whole document. `files` are those that were checked, faulty or not; `base`: see `places.relative`."""
    cases: dict[str, list[Diagnostic]] = {relative(path, base): [] for path in files}
    for diagnostic in diagnostics:
        cases.setdefault(relative(path_of(diagnostic), base) or _NOWHERE, []).append(diagnostic)
    failed = sum(1 for found in cases.values() if any(diagnostic.is_error for diagnostic in found))
    counts = f'tests="{len(cases)}" failures="{failed}" errors="0" skipped="0"'
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<testsuites name="mlnc" {counts}>',
        f'  <testsuite name="mlnc check" {counts}>',
        *(line for path, found in cases.items() for line in _case(path, found)),
        "  </testsuite>",
        "</testsuites>",
    ]
    return "\n".join(lines) + "\n"


def _case(path: str, found: list[Diagnostic]) -> list[str]:
    head = f'    <testcase classname="mlnc.check" name="{_attribute(path)}" file="{_attribute(path)}"'
    if not found:
        return [head + "/>"]
    errors = [diagnostic for diagnostic in found if diagnostic.is_error]
    others = [diagnostic for diagnostic in found if not diagnostic.is_error]
    failure = (
        f'<failure type="{_attribute(errors[0].code)}" message="{_attribute(_in_short(errors))}">' if errors else ""
    )
    return [
        head + ">",
        *([f"      {failure}{_text(plain(errors).rstrip())}</failure>"] if errors else []),
        *([f"      <system-out>{_text(plain(others).rstrip())}</system-out>"] if others else []),
        "    </testcase>",
    ]


def _in_short(errors: list[Diagnostic]) -> str:
    first = errors[0]
    place = f"line {start_and_end(first.span)[0]}: " if first.span else ""
    more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
    return f"{place}{visible(first.message)}{more}"


def _text(text: str) -> str:
    return html.escape(_NOT_XML.sub("\ufffd", text), quote=False)


def _attribute(text: str) -> str:
    """Text for an attribute, where XML would make blanks of line ends and tabs."""
    escaped = html.escape(_NOT_XML.sub("\ufffd", text))
    return re.sub(r"[\t\n\r]", lambda found: f"&#{ord(found[0])};", escaped)
