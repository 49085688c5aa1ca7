"""Quoting: what goes in comes out of the reader of each syntax, or is refused."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from xml.etree import ElementTree

import pytest
from codegen_helpers import require
from hypothesis import given
from hypothesis import strategies as st
from mlnlang_codegen import quoting
from mlnlang_codegen.quoting import CannotCarryError

VISIBLE = st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=40)


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",))), max_size=20))
def test_words_of_a_shell(words: list[str]) -> None:
    require("dash")
    program = "".join(f"printf '%s\\0' {quoting.sh(word)}\n" for word in words)
    told = subprocess.run(["dash"], input=program.encode(), capture_output=True, check=True)
    assert told.stdout.decode() == "".join(f"{word}\0" for word in words)


@given(VISIBLE)
def test_xml(text: str) -> None:
    root = ElementTree.fromstring(f'<a b="{quoting.xml(text)}">{quoting.xml(text)}</a>')
    assert root.get("b") == text
    assert (root.text or "") == text


@given(VISIBLE)
def test_fields_of_fstab(text: str) -> None:
    field = quoting.fstab(text)
    assert " " not in field
    for code, sign in (("\\040", " "), ("\\043", "#"), ("\\134", "\\")):
        field = field.replace(code, sign)
    assert field == text


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (quoting.sh, "a\0"),
        (quoting.vmx, "a\0"),
        (quoting.xml, "a\x01"),
        (quoting.xl_item, "a,b"),
        (quoting.xl_item, " a"),
        (quoting.word, "a b"),
        (quoting.word, ""),
        (quoting.word, "#a"),
        (quoting.address, "1.2.3.4; id"),
        (quoting.device, "eth0 x"),
        (quoting.name, "-a"),
        (quoting.name, ".."),
        (quoting.server_name, "a/b"),
        (quoting.account, "0:0"),
        (quoting.account_field, "a:b"),
        (quoting.kernel_parameter, 'a"b'),
        (quoting.uml_field, "a,b"),
        (quoting.guest_path, "/a/../b"),
        (quoting.guest_path, "/"),
        (quoting.guest_path, '/a"b'),
    ],
)
def test_refused(function: Callable[[str], str], text: str) -> None:
    with pytest.raises(CannotCarryError):
        function(text)


@pytest.mark.parametrize(
    ("function", "text", "expected"),
    [
        (quoting.sh, "/a-b_c.d", "/a-b_c.d"),
        (quoting.sh, "", "''"),
        (quoting.address, "::1", "::1"),
        (quoting.address, "fe80::1%eth0", "fe80::1%eth0"),
        (quoting.server_name, "10.0.0.1", "10.0.0.1"),
        (quoting.kernel_parameter, "/a b", '"/a b"'),
        (quoting.guest_path, "etc//x/", "/etc/x"),
        (quoting.vmx, 'a"|\n', '"a|22|7C|0A"'),
    ],
)
def test_written(function: Callable[[str], str], text: str, expected: str) -> None:
    assert function(text) == expected
