"""What the checks have found so far: each place once, and who is to blame, so that one cause has one message."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mlnlang.checks.site import Card, Segment
from mlnlang.diagnostics import Diagnostic, Fix, Related, Rule, Severity
from mlnlang.source import Span

#: Places that one diagnostic shows beside its own.
MOST_RELATED = 6


class Findings:
    """Diagnostics by rule and place. Checks that come later leave alone what an earlier one blamed."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, int, int], Diagnostic] = {}
        self._more: dict[tuple[str, str, int, int], int] = {}
        self._cards: set[int] = set()
        self._segments: set[tuple[object, ...]] = set()
        self._broken: set[tuple[object, ...]] = set()

    def report(
        self,
        rule: Rule,
        span: Span | None,
        message: str,
        *,
        related: Iterable[Related | None] = (),
        notes: Iterable[str] = (),
        help: str = "",
        fix: Fix | None = None,
        severity: Severity | None = None,
    ) -> None:
        """Keep a problem. Where the same line brings it to many hosts, it is told once, with their number."""
        key = (rule.code, *((span.file.path, span.start, span.end) if span else (message, 0, 0)))
        if key in self._found:
            self._more[key] = self._more.get(key, 0) + 1
            return
        places = list(dict.fromkeys(place for place in related if place is not None))
        notes = list(notes)
        if len(places) > MOST_RELATED:
            notes.append(f"and {len(places) - MOST_RELATED} more places")
        self._found[key] = rule.at(
            span, message, related=places[:MOST_RELATED], notes=notes, help=help, fix=fix, severity=severity
        )

    def blame(self, *cards: Card) -> None:
        """These cards are known to be wrong."""
        self._cards.update(id(card) for card in cards)
        self._segments.update(card.segment.key for card in cards if card.segment)

    def blame_segment(self, key: tuple[object, ...]) -> None:
        """Something is wrong with the segment as a whole."""
        self._segments.add(key)
        self._broken.add(key)

    def broken(self, segment: Segment) -> bool:
        """Whether the segment as a whole was blamed."""
        return segment.key in self._broken

    def blamed(self, card: Card) -> bool:
        """Whether an earlier check blamed the card."""
        return id(card) in self._cards

    def doubtful(self, segment: Segment) -> bool:
        """Whether the segment or a card of it was blamed."""
        return segment.key in self._segments

    def diagnostics(self) -> list[Diagnostic]:
        """All of them."""
        return [self._counted(key, diagnostic) for key, diagnostic in self._found.items()]

    def _counted(self, key: tuple[str, str, int, int], diagnostic: Diagnostic) -> Diagnostic:
        more = self._more.get(key)
        if not more:
            return diagnostic
        note = f"{more} more {'host takes' if more == 1 else 'hosts take'} this line over"
        return replace(diagnostic, notes=(*diagnostic.notes, note))


def place(span: Span | None, message: str) -> Related | None:
    """A second place, where there is one."""
    return Related(span, message) if span is not None else None
