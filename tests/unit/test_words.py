"""Words of an item: blanks, quotes, escapes (language, section 1)."""

from __future__ import annotations

import shlex

import pytest
from helpers import clean, codes, host, machine
from hypothesis import given
from hypothesis import strategies as st
from strategies import texts

from mlnlang.syntax.words import is_plain, raw_text, split, unclosed_quote


def words(text: str) -> list[str]:
    return [word.text for word in split(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a b  c\t d", ["a", "b", "c", "d"]),
        ('a "b  c" d', ["a", "b  c", "d"]),
        ("a 'b  c' d", ["a", "b  c", "d"]),
        ('""', [""]),
        ("''", [""]),
        ('a"b c"', ['a"b', 'c"']),
        ("it's", ["it's"]),
        (r"a\ b", ["a b"]),
        (r"\"a", ['"a']),
        (r'"a\"b"', ['a"b']),
        (r"'a\b'", [r"a\b"]),
        ("a\\\n  b", ["a", "b"]),
        ("a\\\r\nb", ["a", "b"]),
        ('"a\\\nb"', ["ab"]),
        ("\\", ["\\"]),
        ('"a" "b"', ["a", "b"]),
        ("'$a'", ["$a"]),
    ],
)
def test_split(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(st.lists(st.text(alphabet="ab \"'\\$;{}", max_size=6), max_size=5))
def test_what_is_quoted_comes_back(given_words: list[str]) -> None:
    quoted = ['"' + word.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$") + '"' for word in given_words]
    assert words(" ".join(quoted)) == given_words


@given(st.lists(st.text(alphabet="abc.-/:", min_size=1, max_size=6), max_size=5))
def test_plain_words_are_split_as_a_shell_would(given_words: list[str]) -> None:
    text = "  ".join(given_words)
    assert words(text) == shlex.split(text) == text.split()
    assert is_plain(text)


@given(texts)
def test_words_stand_where_they_say(text: str) -> None:
    end = 0
    for word in split(text):
        assert end <= word.start < word.end <= len(text)
        end = word.end


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("a", None),
        ('"a"', None),
        ('"a', 0),
        ("b 'a", 2),
        ('a"', None),
        (r"\"a", None),
        ("'a\"", 0),
        ('"a\\"', 0),
        ("'a' 'b", 4),
    ],
)
def test_unclosed_quote(text: str, at: int | None) -> None:
    assert unclosed_quote(text) == at


@pytest.mark.parametrize(
    ("text", "expected"),
    [(r"\{ \} \; \\", "{ } ; \\"), (r"\n \$ \"", r"\n \$ \""), ("a \\\n b", "a  b"), ("a", "a")],
)
def test_raw_text(text: str, expected: str) -> None:
    assert raw_text(text) == expected


# ---------------------------------------------------------------- in projects
def test_quotes_group_and_are_no_part_of_the_value() -> None:
    found = machine(clean(host("root_passwd \"a  b; c\"\nusers { alice 'two words' }")))
    assert found.root_password == "a  b; c"
    assert found.users[0].password_hash == "two words"


def test_double_quotes_expand_and_single_quotes_do_not() -> None:
    found = machine(clean(host('$v = x  y\nusers {\n    a "<$v>"\n    b \'<$v>\'\n    c "<\\$v>"\n}')))
    assert [user.password_hash for user in found.users] == ["<x y>", "<$v>", "<$v>"]


def test_a_variable_outside_quotes_is_split_into_words() -> None:
    found = machine(clean(host("$line = alice HASH /home/alice 1000\nusers { $line }")))
    assert (found.users[0].name, found.users[0].uid) == ("alice", 1000)


def test_a_variable_keeps_its_quoted_blanks() -> None:
    found = machine(clean(host('$secret = "a   b"\nusers { alice "$secret" }')))
    assert found.users[0].password_hash == "a   b"


def test_raw_lines_are_kept_to_the_letter() -> None:
    lines = ['echo "a  b"', "echo 'c  d' \\$x", 'if [ -n "$HOME" ]; then', "    echo $1 # not kept", "fi"]
    found = machine(clean(host("startup {\n" + "".join(f"    {line}\n" for line in lines) + "}")))
    assert list(found.startup) == lines


@pytest.mark.parametrize("value", ['"10.0.0.1', "'10.0.0.1", '10.0.0.1 "'])
def test_an_unclosed_quote_is_the_only_error(value: str) -> None:
    assert codes(host(f"nameserver {value}")) == ["MLN104"]
