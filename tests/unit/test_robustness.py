"""No input breaks the compiler, none makes it slow: any text, any bytes, broken listings, and inputs made to hurt.

`make test` tries about 2 MB of broken listings. `MLN_FUZZ_MB=100 python tests/unit/test_robustness.py` tries 100 MB in
two processes, with progress and the slowest inputs; with MLN_FUZZ_MB set, the inputs made to hurt are larger too.
"""

from __future__ import annotations

import gc
import heapq
import multiprocessing
import os
import random
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from helpers import LISTINGS, SURROUNDINGS, assert_lossless, check, host, project, tree
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import PIECES, projects, texts

from mlnlang.api import Checked
from mlnlang.diagnostics.render import plain
from mlnlang.schema.core import CORE
from mlnlang.source import SourceFile, Span
from mlnlang.syntax.lexer import lex

FUZZ_MB = float(os.environ.get("MLN_FUZZ_MB", "2"))
HEAVY = "MLN_FUZZ_MB" in os.environ
SEED = 2009
PARTS = 2


# ---------------------------------------------------------------- what must hold for any input
def assert_sound(checked: Checked) -> None:
    """Every place lies in its file, and what was found can be shown."""
    for problem in checked.diagnostics:
        for span in (problem.span, *(related.span for related in problem.related)):
            if span is not None:
                assert_inside(span)
        for edit in problem.fix.edits if problem.fix else ():
            assert_inside(edit.span)
        assert problem.message
        assert problem.severity in ("error", "warning", "note")
    assert plain(checked.diagnostics[:200]) is not None


def assert_inside(span: Span) -> None:
    assert 0 <= span.start <= span.end <= len(span.file.text)
    line, column = span.file.position(span.start)
    assert line >= 1
    assert 1 <= column <= len(span.file.line_text(line)) + 2


def assert_gapless(text: str) -> None:
    """The lexer loses nothing, and the tree of a sound file holds every token."""
    tokens, comments = lex(SourceFile("main.mln", text), CORE.raw_blocks)
    assert_lossless(text, tokens, comments)
    found = tree(text)
    if not found.problems:
        assert [(t.start, t.end) for t in found.tokens] == [(t.start, t.end) for t in tokens]


@given(texts)
def test_any_text(text: str) -> None:
    assert_gapless(text)
    assert_sound(check(text.encode("utf-8", "surrogatepass")))


@given(st.binary(max_size=80))
def test_any_bytes(data: bytes) -> None:
    assert_sound(check(data))


@given(st.binary(max_size=40), st.integers(0, 400))
def test_any_bytes_inside_a_listing(data: bytes, at: int) -> None:
    text = LISTINGS["ldaptest.mln"].encode()
    assert_sound(check(text[:at] + data + text[at:]))


@given(projects)
def test_nearly_right_projects(text: str) -> None:
    assert_gapless(text)
    assert_sound(check(project(text)))


@given(texts, texts)
@settings(max_examples=50)
def test_any_included_text(text: str, other: str) -> None:
    files = {
        "main.mln": host(f"startup {{\n#include a.mln\n}}\n#include a.mln\n{other}"),
        "a.mln": text.encode("utf-8", "surrogatepass"),
    }
    assert_sound(check(files))


@given(texts)
@settings(max_examples=50)
def test_any_mln_conf(text: str) -> None:
    assert_sound(check(project(), config=text))


# ---------------------------------------------------------------- broken listings
WHOLE = {name: text for name, text in LISTINGS.items() if "fragment" not in name}
_TOKENS = re.compile(r"\w+|[^\S\n]+|\n|[^\w\s]")


def broken(randomness: random.Random) -> tuple[str, str]:
    """A listing with up to eight random changes to its characters or words: (name, text)."""
    name = randomness.choice(sorted(WHOLE))
    text = WHOLE[name]
    if randomness.random() < 0.1:
        text += WHOLE[randomness.choice(sorted(WHOLE))]
    parts = _TOKENS.findall(text) if randomness.random() < 0.6 else list(text)
    for _ in range(randomness.randint(1, 8)):
        at = randomness.randrange(len(parts) + 1)
        length = min(randomness.choice((1, 1, 1, 2, 5, 20)), len(parts) - at)
        other = randomness.randrange(len(parts) + 1)
        change = randomness.randrange(5)
        if change == 0:
            del parts[at : at + length]
        elif change == 1:
            parts[at:at] = parts[at : at + length]
        elif change == 2:
            parts[other:other] = parts[at : at + length]
        elif change == 3:
            parts.insert(at, randomness.choice(PIECES))
        elif at < len(parts) and other < len(parts):
            parts[at], parts[other] = parts[other], parts[at]
    return name, "".join(parts)


@dataclass
class Tally:
    """What a run of broken listings came to. `slowest`: (seconds a byte, text)."""

    inputs: int = 0
    size: int = 0
    seconds: float = 0.0
    problems: int = 0
    slowest: list[tuple[float, str]] = field(default_factory=list)


def fuzz(part: int, megabytes: float, progress: Callable[[Tally], None] | None = None) -> Tally:
    """Check so many megabytes of broken listings."""
    randomness = random.Random(f"{SEED}/{part}")
    tally = Tally()
    while tally.size < megabytes * 1e6:
        name, text = broken(randomness)
        main = "os03.mln" if name == "oscourse.mln" else name
        files = {**LISTINGS, **SURROUNDINGS, name: text.encode("utf-8", "surrogatepass")}
        started = time.process_time()
        try:
            checked = check(files, main)
            assert_sound(checked)
            if tally.inputs % 4 == 0:
                assert_gapless(text)
        except BaseException:
            print(f"\nbroken by {name}: {text!r}", file=sys.stderr)
            raise
        took = time.process_time() - started
        tally.inputs += 1
        tally.size += len(text)
        tally.seconds += took
        tally.problems += len(checked.diagnostics)
        heapq.heappush(tally.slowest, (took / (len(text) + 200), text))
        if len(tally.slowest) > 5:
            heapq.heappop(tally.slowest)
        if progress and tally.inputs % 2000 == 0:
            progress(tally)
    return tally


@pytest.mark.parametrize("part", range(PARTS))
def test_broken_listings(part: int) -> None:
    tally = fuzz(part, FUZZ_MB / PARTS)
    assert tally.problems > tally.inputs / 2, "the changes are too gentle to find anything"


# ---------------------------------------------------------------- inputs made to hurt
Maker = Callable[[int], "str | Mapping[str, str]"]


def repeated(piece: str, *, around: Callable[[str], str] = str) -> Maker:
    """So many characters of one piece."""
    return lambda size: around(piece * (size // len(piece)))


def numbered(pattern: str, *, around: Callable[[str], str] = str) -> Maker:
    """So many characters of lines that differ in a number (and name the next one as `@`)."""
    length = len(pattern) + 3
    return lambda size: around(
        "".join(pattern.replace("%", str(n)).replace("@", str(n + 1)) for n in range(size // length))
    )


def in_startup(body: str) -> str:
    return host("startup {\n" + body + "\n}")


def sound(size: int) -> str:
    """A sound project of so many characters: what the others are compared with."""
    body = "host h% {\n    template debian.ext4\n    memory 64M\n    network eth0 {\n        address dhcp\n    }\n}\n"
    return str(numbered(body, around=project)(size))


HURTING: dict[str, Maker] = {
    "open braces": repeated("{"),
    "closing braces": repeated("}"),
    "double quotes": repeated('"'),
    "single quotes": repeated("'"),
    "quotes apart": repeated("\" ' "),
    "backslashes": repeated("\\"),
    "backslashes at line ends": repeated("\\\n"),
    "semicolons": repeated(";"),
    "blank lines": repeated("\n"),
    "carriage returns": repeated("\r"),
    "hashes": repeated("#"),
    "hashes in words": repeated("a#", around=host),
    "dollars": repeated("$", around=lambda body: host(f"root_passwd {body}")),
    "references glued": repeated("$a", around=lambda body: host(f"root_passwd {body}")),
    "references apart": repeated("$a ", around=lambda body: host(f"root_passwd {body}")),
    "references that differ": lambda size: host("root_passwd " + " ".join(f"$v{n}" for n in range(size // 7))),
    "references to a long value": lambda size: host(f"$a = {'x' * (size // 2)}\nroot_passwd " + "$a " * (size // 6)),
    "lines of a long value": lambda size: host(f"$a = {'x' * 1000}\nusers {{\n" + "u $a\n" * (size // 5) + "}"),
    "near misses of variables": numbered("$abcdef% = 1\nnameserver $abcdxf%\n", around=host),
    "chained variables": numbered("$v% = $v@\n", around=lambda body: host(body + "root_passwd $v0")),
    "hashes of crypt": repeated(":$y$x", around=lambda body: host(f"root_passwd {body}")),
    "missing includes": repeated("#include x\n", around=project),
    "include of itself": repeated("#include main.mln\n", around=project),
    "includes of one file": lambda size: {"main.mln": project("#include a.mln\n" * (size // 15)),
    "a.mln": "# nothing\n"},
    "nested blocks left open": repeated("a {\n"),
    "nested blocks": lambda size: project("a {\n" * (size // 6) + "}\n" * (size // 6)),
    "nested deeper and deeper": lambda size: project("".join(" " * (n % 60) + "a {\n" for n in range(size // 34))),
    "blocks of a line left open": repeated("a { b; c }; ", around=lambda body: body + "d {"),
    "blocks of a line closed twice": repeated("a { b; c }; ", around=lambda body: body + "}"),
    "headers without braces": numbered("host h%\n    memory 64M\n}\n", around=project),
    "blocks that lack a brace": numbered("host h% {\n    template t\n", around=project),
    "one long word": repeated("x", around=lambda body: host(f"root_passwd {body}")),
    "one long line": repeated("x ", around=lambda body: host(f"root_passwd {body}")),
    "one long name": repeated("x", around=lambda body: project(f"host {body} {{ template t }}")),
    "one long keyword": repeated("x", around=host),
    "one long comment": repeated("x{};", around=lambda body: host(f"# {body}")),
    "unknown keywords": repeated("x\n", around=host),
    "unknown keywords that differ": numbered("memry%\n", around=host),
    "unknown blocks": numbered("hst% { }\n", around=project),
    "unknown switches": numbered("switch abcd% { }\nhost h% { template t; network e { switch abdd% } }\n",
    around=project),
    "unknown superclasses": numbered("superclass abcd% { }\nhost h% { template t; superclass abdd% }\n",
    around=project),
    "chained superclasses": numbered("superclass s% { superclass s@ }\n",
    around=lambda body: project(body + "host a { template t; superclass s0 }")),
    "superclasses in a circle": numbered("superclass s% { superclass s@ }\n",
    around=lambda body: project(body + "superclass s0 { superclass s1 }")),
    "hosts of one name": repeated("host a { template t }\n", around=project),
    "superclass lines": numbered("superclass s%\n", around=lambda body: project(f"host a {{ template t\n{body} }}")),
    "one keyword again and again": repeated("memory 64M\n", around=host),
    "one card again and again": repeated("network eth0 { }\n", around=host),
    "many cards": numbered("network eth% { }\n", around=host),
    "many users": numbered("u% h\n", around=lambda body: host(f"users {{\n{body}}}")),
    "many groups": numbered("g% { a }\n", around=lambda body: host(f"groups {{\n{body}}}")),
    "ellipses": repeated("...\n", around=host),
    "unclosed quotes": repeated('memory "x\n', around=host),
    "shell lines": repeated("echo ${X} '{' # }\n", around=in_startup),
    "shell on one line": repeated("{ x; } ", around=in_startup),
    "shell left open": repeated("echo {\n", around=in_startup),
    "raw blocks left open": repeated("startup { a\n", around=lambda body: project(f"host a {{ template t\n{body}")),
    "definitions glued": numbered("$v%=1\n", around=host),
    "carriage returns in lines": repeated("a\rb ", around=host),
    "unicode line ends": repeated("a\u2028\x85", around=host),
    "wide characters": repeated("日本 ", around=host),
}  # fmt: skip
SMALL = 400_000 if HEAVY else 40_000
#: Twice the input may take at most this many times the time …
GROWTH = 3.0
#: … and a byte at most this many times what it takes in a sound project.
COST = 40.0
#: Below this many seconds of processor time a measurement says nothing.
NOISE = 0.02


def seconds(made: str | Mapping[str, str]) -> float:
    """Processor time that a check takes, collected garbage left out."""
    gc.collect()
    gc.disable()
    try:
        started = time.process_time()
        checked = check(made)
        took = time.process_time() - started
    finally:
        gc.enable()
    assert_sound(checked)
    return took


def size_of(made: str | Mapping[str, str]) -> int:
    return len(made) if isinstance(made, str) else sum(map(len, made.values()))


@pytest.fixture(scope="module")
def baseline() -> float:
    """Seconds a character of a sound project takes on this machine, now."""
    return min(seconds(sound(SMALL)) / SMALL for _ in range(3))


@pytest.mark.parametrize("name", HURTING)
def test_time_grows_with_the_input_and_no_faster(name: str, baseline: float) -> None:
    small, large = HURTING[name](SMALL), HURTING[name](2 * SMALL)
    for _ in range(3):  # a measurement may be disturbed; a quadratic one stays so
        first, second = seconds(small), seconds(large)
        growth = second / max(first, NOISE)
        cost = second / size_of(large) / baseline
        if growth <= GROWTH and (cost <= COST or second < NOISE):
            return
    pytest.fail(f"{name}: x{growth:.1f} for twice the input, {cost:.0f} times a sound project's cost a character")


def lone_surrogates() -> bytes:
    return b"\xed\xa0\x80" * 30_000


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: b"\0" * 1_000_000, {"MLN004"}),
        (lambda: b"host a { template t }\n\0", {"MLN004"}),
        (lone_surrogates, {"MLN005"}),
        (lambda: b"\xff\xfeh\0o\0s\0t\0", {"MLN004"}),
        (lambda: bytes(range(1, 256)) * 400, {"MLN005"}),
        (lambda: b"# " + b"x" * 5_000_000, {"MLN312"}),
        (lambda: b"# comment\n\n" * 2_700_000, {"MLN312"}),
        (lambda: host("root_passwd " + "x" * 5_000_000).encode(), set()),
        (lambda: in_startup("x" * 5_000_000).encode(), set()),
    ],
    ids=[
        "NULs",
        "one NUL",
        "surrogates",
        "UTF-16",
        "all bytes",
        "5 MB comment",
        "30 MB of comments",
        "5 MB word",
        "5 MB shell line",
    ],
)
def test_large_and_odd_bytes(make: Callable[[], bytes], expected: set[str]) -> None:
    checked = check(make())
    assert_sound(checked)
    assert expected <= {problem.code for problem in checked.diagnostics}


@pytest.mark.skipif(not HEAVY, reason="takes a minute: set MLN_FUZZ_MB")
def test_thirty_megabytes_of_hosts() -> None:
    assert_sound(check(sound(30_000_000)))


@pytest.mark.parametrize("depth", [64, 100, 100_000])
def test_nesting_can_not_exhaust_the_stack(depth: int) -> None:
    for text in ("a {" * depth + "}" * depth, "network eth0 {\n" * depth):
        assert_sound(check(project(text)))


def test_text_may_be_repeated_by_includes_only_so_often() -> None:
    """Ten thousand includes of a file of some size are a text no one wrote."""
    files = {"main.mln": host("users {\n" + "#include a.mln\n" * 9000 + "}"), "a.mln": "alice HASH\n" * 10}
    assert_sound(check(files))


# ---------------------------------------------------------------- the long run, by hand
def _report(part: int) -> Callable[[Tally], None]:
    started = time.monotonic()

    def progress(tally: Tally) -> None:
        rate = tally.size / 1e6 / (time.monotonic() - started)
        print(f"part {part}: {tally.inputs} inputs, {tally.size / 1e6:.1f} MB, {rate:.2f} MB/s", flush=True)

    return progress


def _part(part: int) -> Tally:
    return fuzz(part, FUZZ_MB / PARTS, _report(part))


def _slowest(tallies: list[Tally]) -> Iterator[str]:
    for rate, text in sorted((pair for tally in tallies for pair in tally.slowest), reverse=True)[:5]:
        yield f"{rate * 1e6:.1f} µs/byte ({len(text)} characters): {text[:300]!r}"


if __name__ == "__main__":
    began = time.monotonic()
    with multiprocessing.Pool(PARTS) as pool:
        done = pool.map(_part, range(PARTS))
    megabytes = sum(tally.size for tally in done) / 1e6
    print(f"{sum(tally.inputs for tally in done)} inputs, {megabytes:.1f} MB in {time.monotonic() - began:.0f} s, "
          f"{sum(tally.problems for tally in done)} diagnostics, no exception")  # fmt: skip
    print(*_slowest(done), sep="\n")
