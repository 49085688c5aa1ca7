"""Near matches: what a misspelt word probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

#: Comparing is slow, and a guess among thousands is no help.
MOST_KNOWN = 1000


def nearest(word: str, known: Iterable[str], *, most: int = 3) -> list[str]:
    """Known words close to `word`, best first; the same word in another case comes first."""
    from difflib import get_close_matches  # only a run with a problem pays for it

    words = list(dict.fromkeys(islice(known, MOST_KNOWN + 1)))
    if len(words) > MOST_KNOWN:
        return []
    by_case = [other for other in words if other != word and other.lower() == word.lower()]
    lowered: dict[str, str] = {}
    for other in words:
        lowered.setdefault(other.lower(), other)
    typed = word.lower()
    close = [lowered[match] for match in get_close_matches(typed, list(lowered), most, 0.72)]
    # Of a short word, two letters in the wrong order are most of it.
    close += [lowered[other] for other in lowered if len(typed) < 5 and sorted(other) == sorted(typed)]
    return list(dict.fromkeys(by_case + [match for match in close if match != word]))[:most]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A sentence that names the near matches, or nothing."""
    found = [f"`{match}`" for match in nearest(word, known)]
    if not found:
        return ""
    return f"did you mean {found[0]}?" if len(found) == 1 else f"did you mean {', '.join(found[:-1])} or {found[-1]}?"
