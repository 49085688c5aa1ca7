"""Realistic inputs: the project and the loss report that each of them becomes. MLN_UPDATE_GOLDEN=1 writes them anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from import_helpers import CASES, GOLDEN, assert_sound, imported
from mlnlang_codegen.importers import report


@pytest.mark.parametrize("case", CASES)
def test_project(case: str, golden: Callable[[Path, str], None]) -> None:
    done = imported(*CASES[case])
    assert_sound(done)
    GOLDEN.mkdir(exist_ok=True)
    golden(GOLDEN / f"{case}.mln", done.text)


@pytest.mark.parametrize("case", CASES)
def test_losses(case: str, golden: Callable[[Path, str], None]) -> None:
    done = imported(*CASES[case])
    golden(GOLDEN / f"{case}.losses.txt", "".join(f"{x}\n" for x in report.lines(report.diagnostics(done.settings))))
    golden(GOLDEN / f"{case}.json", json.dumps(report.document(done.settings), indent=1, ensure_ascii=False) + "\n")


@pytest.mark.parametrize("case", CASES)
def test_same_bytes(case: str) -> None:
    assert imported(*CASES[case]).text == imported(*CASES[case]).text


def test_no_secret_in_a_report() -> None:
    done = imported(*CASES["mixed"])
    shown = json.dumps(report.document(done.settings)) + "".join(report.lines(report.diagnostics(done.settings)))
    for secret in ('g$ "x', 'a"b|c', "gr8$ecret"):
        assert secret not in shown
        assert json.dumps(secret)[1:-1] not in shown
    assert done.has_secret


def test_what_hosts_have_in_common_becomes_a_superclass() -> None:
    text = imported(*CASES["xl-cluster"]).text
    assert text.count("vcpus 4") == text.count("bridge br-cluster") == text.count("superclass common {") == 1
    assert text.count("superclass common") == 4
    assert "superclass" not in imported(*CASES["libvirt-several"]).text
