"""Diagnostics as SARIF 2.1.0 (OASIS standard), which code scanning services and editors read.

Section numbers are the standard's. Our columns count code points and the end is the column behind the last, as
`columnKind` and `endColumn` (3.30.8) want it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from mlnlang import __version__
from mlnlang.diagnostics.catalogue import RULES
from mlnlang.diagnostics.model import Diagnostic, Edit, Fix
from mlnlang.diagnostics.places import details, fingerprints, path_of, relative, start_and_end
from mlnlang.source import Span

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
_PRINT = "mlnc/v1"
#: What code scanning services call the severities of problems that are no security holes.
_SEVERITIES = {"error": "error", "warning": "warning", "note": "recommendation"}
_FAMILIES = ("files", "syntax", "includes", "values", "names", "addresses", "resources", "back-ends", "plugins", "run")
_LINK = re.compile(r"\[(?=[^\]]*\]\()|\](?=\()")


def document(diagnostics: Sequence[Diagnostic], base: str = "") -> dict[str, Any]:
    """The whole log with its one run. `base`: see `places.relative`.

    A problem that no file holds is a notification (3.58) rather than a result: services refuse a log with a result
    that has no place.
    """
    results = [(found, word) for found, word in zip(diagnostics, fingerprints(diagnostics, base), strict=True)]
    placed = [(found, word) for found, word in results if path_of(found)]
    rules = _codes(found for found, _ in placed)
    nowhere = [found for found in diagnostics if not path_of(found)]
    notified = _codes(nowhere)
    driver = {
        "name": "mlnc",
        "fullName": f"mlnc {__version__}",
        "version": __version__,
        "rules": [_rule(found) for found in rules.values()],
        "notifications": [_rule(found) for found in notified.values()],
    }
    invocation = {
        "executionSuccessful": not any(found.is_error for found in nowhere),
        "toolExecutionNotifications": [_notification(found, list(notified)) for found in nowhere],
    }
    run = {
        "tool": {"driver": {name: value for name, value in driver.items() if value != [] or name == "rules"}},
        "invocations": [{name: value for name, value in invocation.items() if value != []}],
        "originalUriBaseIds": {ROOT: {"description": {"text": "The directory that mlnc was started in."}}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(found, word, list(rules), base) for found, word in placed],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _codes(diagnostics: Iterable[Diagnostic]) -> dict[str, Diagnostic]:
    """A problem of each code, sorted by code."""
    one = {found.code: found for found in diagnostics}
    return dict(sorted(one.items()))


def _rule(example: Diagnostic) -> dict[str, Any]:
    """What the catalogue says about a code; of one that a plugin or a policy made, what the problem says."""
    rule = RULES.get(example.code)
    severity = rule.severity if rule else example.severity
    title, why = (rule.title, rule.why) if rule else (example.slug.replace("-", " "), example.message)
    family = example.code[3:4]
    tags = [_FAMILIES[int(family)]] if rule and family.isdecimal() else []
    described: dict[str, Any] = {
        "id": example.code,
        "name": example.slug,
        "shortDescription": {"text": _message(_sentence(title))},
        "fullDescription": {"text": _message(why)},
        "help": _help(why, example.code, bool(rule and rule.bad)),
        "defaultConfiguration": {"level": severity},
        "properties": {"tags": tags, "problem.severity": _SEVERITIES[severity]},
    }
    return described


def _help(why: str, code: str, has_example: bool) -> dict[str, str]:
    """Examples are left to `mlnc explain`: few readers undo the doubled braces (3.11.5) that they would be full of."""
    more = f"\n\n`mlnc explain {code}` shows an example." if has_example else ""
    return {"text": _message(why + more), "markdown": _message(why + more)}


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _result(diagnostic: Diagnostic, fingerprint: str, codes: list[str], base: str) -> dict[str, Any]:
    place = _place(path_of(diagnostic), diagnostic.span, base)
    related = [
        {"id": number, "message": {"text": _message(other.message)}} | _place(other.span.file.path, other.span, base)
        for number, other in enumerate(diagnostic.related)
    ]
    result: dict[str, Any] = {
        "ruleId": diagnostic.code,
        "ruleIndex": codes.index(diagnostic.code),
        "level": diagnostic.severity,
        "message": {"text": _message("\n".join([diagnostic.message, *details(diagnostic)]))},
        "locations": [place],
        "partialFingerprints": {_PRINT: fingerprint},
    }
    if related:
        result["relatedLocations"] = related
    if diagnostic.fix and diagnostic.fix.edits:
        result["fixes"] = [_fix(diagnostic.fix, base)]
    return result


def _notification(diagnostic: Diagnostic, codes: list[str]) -> dict[str, Any]:
    return {
        "descriptor": {"id": diagnostic.code, "index": codes.index(diagnostic.code)},
        "level": diagnostic.severity,
        "message": {"text": _message("\n".join([diagnostic.message, *details(diagnostic)]))},
    }


def _fix(fix: Fix, base: str) -> dict[str, Any]:
    by_file: dict[str, list[Edit]] = {}
    for edit in fix.edits:
        by_file.setdefault(edit.span.file.path, []).append(edit)
    return {
        "description": {"text": _message(fix.title)},
        "artifactChanges": [
            {
                "artifactLocation": _artifact(path, base),
                "replacements": [
                    {"deletedRegion": _region(edit.span), "insertedContent": {"text": edit.text}} for edit in edits
                ],
            }
            for path, edits in by_file.items()
        ],
        "properties": {"applicability": "safe" if fix.safe else "suggestion"},
    }


def _place(path: str, span: Span | None, base: str) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(path, base)}
    if span:
        physical["region"] = _region(span)
    return {"physicalLocation": physical}


def _artifact(path: str, base: str) -> dict[str, str]:
    """A file below the root by its relative URI, another by its absolute one (3.4.3); bytes that are no UTF-8 too."""
    shown = relative(path, base)
    if shown.startswith("../") and base:
        shown = relative(f"{base}/{shown}", "")
    uri = quote(shown, safe="/~", errors="surrogateescape")
    if shown.startswith("/"):
        return {"uri": f"file://{uri}"}
    return {"uri": uri, "uriBaseId": ROOT}


def _region(span: Span) -> dict[str, int]:
    line, column, end_line, end_column = start_and_end(span)
    return {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column}


def _message(text: str) -> str:
    """Text in which nothing is a placeholder (3.11.5) and nothing a link (3.11.6)."""
    doubled = text.replace("{", "{{").replace("}", "}}")
    return _LINK.sub(r"\\\g<0>", doubled)
