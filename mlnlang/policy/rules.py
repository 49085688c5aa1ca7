"""Rules as people name them: by slug, by code, or by the start of codes."""

from __future__ import annotations

import re

from mlnlang.diagnostics import Diagnostic, Edit, Fix, Rule, did_you_mean, nearest
from mlnlang.diagnostics.catalogue import BY_SLUG, FIRM_RULE, RULES, UNKNOWN_RULE
from mlnlang.source import Span

_PREFIX = re.compile(r"MLN\d{0,2}", re.IGNORECASE)


def rule_of(word: str) -> Rule | None:
    """The rule with this slug or code."""
    return BY_SLUG.get(word) or RULES.get(word.upper())


def rules_of(word: str) -> tuple[Rule, ...]:
    """The rule with this slug or code, or all whose codes start so: `MLN5`."""
    rule = rule_of(word)
    if rule is not None:
        return (rule,)
    if not _PREFIX.fullmatch(word):
        return ()
    return tuple(rule for code, rule in RULES.items() if code.startswith(word.upper()))


def unknown(word: str, span: Span | None, where: str = "", path: str = "") -> Diagnostic:
    """There is no such rule. `span` is the name itself, without quotes; `where` what names it (`--ignore`)."""
    near = nearest(word, [*BY_SLUG, *RULES])
    return UNKNOWN_RULE.at(
        span,
        f"{where}: there is no rule `{word}`" if where else f"there is no rule `{word}`",
        path=path,
        help=did_you_mean(word, [*BY_SLUG, *RULES]) or "`mlnc explain NAME` knows all rules",
        fix=Fix(f"write `{near[0]}`", (Edit(span, near[0]),)) if near and span else None,
    )


def firm(rule: Rule, span: Span | None, done: str, where: str = "", path: str = "") -> Diagnostic:
    """The rule can't be switched off. `done`: what was to be done to it, `allowed`."""
    message = f"`{rule.slug}` can't be {done}: the compiler can't do without it"
    return FIRM_RULE.at(
        span,
        f"{where}: {message}" if where else message,
        path=path,
        help="warnings, notes and the checks across a project can be; mend what this rule says",
    )
