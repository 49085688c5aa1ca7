"""Patterns of `daemon_allow` speak of whole addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlnlang.api import Compilation, Options
from mlnlang.schema.access import allowed, is_pattern
from mlnlang.world import Memory


@pytest.mark.parametrize(
    ("pattern", "address", "admitted"),
    [
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.15", False),  # the original's pattern was not anchored
        ("10.0.0.1", "110.0.0.1", False),
        ("192.168.10.*", "192.168.10.77", True),
        ("192.168.10.*", "192.168.100.7", False),
        ("192.168.1*.1", "192.168.17.1", True),
        ("*", "203.0.113.9", True),
        ("10.0.0.0/8", "10.9.8.7", True),
        ("10.0.0.0/8", "11.0.0.1", False),
        ("2001:db8::/32", "2001:db8::1", True),
        ("2001:db8::/32", "10.0.0.1", False),
        ("10.0.0.1", "not an address", False),
    ],
)
def test_whom_a_pattern_admits(pattern: str, address: str, admitted: bool) -> None:
    assert allowed(address, [pattern]) is admitted


def test_no_pattern_admits_nobody() -> None:
    assert not allowed("127.0.0.1", [])


@given(st.ip_addresses())
def test_an_address_admits_itself_alone(address: object) -> None:
    assert allowed(str(address), [str(address)])
    assert not allowed(f"{address}0" if ":" not in str(address) else "::", [str(address)]) or str(address) == "::"


@pytest.mark.parametrize(
    "text", ["", "10.0.0", "10.0.0.256", "10.*", "10.0.0.*.1", "10.0.0.x", "10.0.0.0/33", "host.example"]
)
def test_what_is_no_pattern(text: str) -> None:
    assert not is_pattern(text)
    compiler = Compilation(
        Memory({"mln.conf": f"daemon_allow {text}\n"}, cwd="/c"), Options(config_paths=("mln.conf",))
    )
    (problem,) = compiler.config_problems
    assert problem.is_error
