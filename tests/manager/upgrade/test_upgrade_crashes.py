"""kill -9 of `mln upgrade` at every moment: the next run goes on, and what was built before is not damaged."""

from __future__ import annotations

import itertools
import json
import os

import pytest
from mln_helpers import Home
from sim_helpers import Done, Sim
from upgrade_helpers import (
    ALL,
    KEPT,
    NEW,
    again,
    begun,
    hosts_of_plan,
    memory,
    plan,
    upgrade,
    upgrade_killed,
)

#: Each moment once takes minutes: MLN_EVERY_CRASH=1. Otherwise every so manieth.
EVERY = os.environ.get("MLN_EVERY_CRASH") == "1"
FEW, FEWER = (1, 1) if EVERY else (3, 11)


@pytest.fixture
def sim(home: Home) -> Sim:
    """A home with the simulated hypervisor."""
    return Sim(home)


def finished(sim: Sim, before: dict[str, str], done: Done) -> None:
    """All is as the new file says, and the disks that need not change are those that there were."""
    assert done.code == 0, done.err
    assert set(sim.tokens()) == sim.marks() == ALL == hosts_of_plan(sim)
    assert {name: token for name, token in sim.tokens().items() if name in KEPT} == {
        name: token for name, token in before.items() if name in KEPT
    }
    assert sim.tokens()["host web"] != before["host web"]
    assert sim.up() == ALL | {"switch lan", "switch dmz"}
    assert memory(sim)["host db"] == 128
    assert sim.records()["host db"]["size"] == 200 << 20
    assert plan(sim, NEW).code == 0
    assert not (sim.folder / ".mln" / "next.json").exists()
    assert not list(sim.folder.glob(".mlnc-*"))


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_at_every_moment_of_the_hypervisor(sim: Sim, jobs: str) -> None:
    for moment in itertools.count(1, 1 if jobs == "1" else FEW):
        again(sim)
        before, started = sim.tokens(), begun(sim)
        done = upgrade(sim, NEW, "--yes-lose-data", "-j", jobs, kill_at=moment)
        if done.code >= 0:
            break
        second = (
            sim.run("resume", "lab", "-j", jobs) if moment % 2 else upgrade(sim, NEW, "--yes-lose-data", "-j", jobs)
        )
        finished(sim, before, second)
        assert begun(sim)["host calm"] == started["host calm"]
    finished(sim, before, done)
    assert moment > 30


def test_after_a_crash_others_know_what_is_built(sim: Sim) -> None:
    """Commands other than upgrade tidy up too, and the plan tells what is left without writing anything."""
    for moment in range(1, 40, 3):
        again(sim)
        assert upgrade(sim, NEW, "--yes-lose-data", kill_at=moment).code < 0
        state = sorted((path.name, path.read_bytes()) for path in (sim.folder / ".mln").glob("*.json*"))
        shown = plan(sim, NEW, "--json")
        assert shown.code == 2, shown.err
        assert sorted((path.name, path.read_bytes()) for path in (sim.folder / ".mln").glob("*.json*")) == state
        assert sim.run("start", "lab").code in (0, 1)
        known = {
            f"host {host['name']}" for host in json.loads((sim.folder / ".mln/built.json").read_text())["ir"]["hosts"]
        }
        assert set(sim.tokens()) == sim.marks() <= known
        assert upgrade(sim, NEW, "--yes-lose-data").code == 0
        assert set(sim.tokens()) == sim.marks() == ALL


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_at_every_change_of_a_file(sim: Sim, after: bool) -> None:
    for moment in itertools.count(1 + 5 * after, FEWER):
        again(sim)
        before = sim.tokens()
        done = upgrade_killed(sim, NEW, moment, after=after)
        if done.code >= 0:
            break
        assert (sim.folder / "plan.json").exists()
        status = sim.run("status", "lab")
        assert status.code in (0, 1), status.err
        assert "Traceback" not in status.err
        finished(sim, before, upgrade(sim, NEW, "--yes-lose-data"))
    finished(sim, before, done)
    assert moment > 100


def test_a_crash_of_the_recovery(sim: Sim) -> None:
    for first, second in itertools.product((5, 12, 20, 28), (1, 3, 6, 10)):
        again(sim)
        before = sim.tokens()
        assert upgrade(sim, NEW, "--yes-lose-data", kill_at=first).code < 0
        upgrade(sim, NEW, "--yes-lose-data", kill_at=second)
        finished(sim, before, upgrade(sim, NEW, "--yes-lose-data"))
