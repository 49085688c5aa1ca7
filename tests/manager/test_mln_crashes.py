"""kill -9 of `mln` at every moment: the next run goes on or cleans up, and what was built before is not damaged."""

from __future__ import annotations

import itertools

import pytest
from mln_helpers import Home
from sim_helpers import LAB, Sim

HOSTS = {"host db", "host mail", "host web"}
ONE = LAB.replace("host mail", "superclass m").replace("host web", "superclass w")


@pytest.fixture
def sim(home: Home) -> Sim:
    """A home with the simulated hypervisor."""
    return Sim(home)


def fresh(sim: Sim) -> None:
    """No project at all."""
    if sim.folder.exists():
        assert sim.run("stop", "lab", "--force").code == 0
        assert sim.run("remove", "lab", "--yes").code == 0


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_build(sim: Sim, jobs: str) -> None:
    for moment in itertools.count(1):
        fresh(sim)
        assert sim.build(ONE).code == 0
        before = sim.tokens()
        done = sim.build(LAB, "-j", jobs, kill_at=moment)
        if done.code >= 0:
            break
        whole = sim.tokens()
        again = sim.build(LAB, "-j", jobs) if moment % 2 else sim.run("resume", "lab", "-j", jobs)
        assert again.code == 0, again.err
        assert sim.tokens().items() >= before.items()
        assert set(sim.tokens()) == sim.marks() == HOSTS
        assert sim.last_end() == "done"
        kept = {name for name, token in sim.tokens().items() if whole.get(name) == token}
        assert len(kept) >= len(whole) - int(jobs)  # only what was under way is made again
    assert done.code == 0
    assert moment == 1 + 2 * 4  # two hosts; a half and a whole disk of each; before and after


@pytest.mark.parametrize("jobs", ["1", "3"])
def test_start_and_stop(sim: Sim, jobs: str) -> None:
    assert sim.build().code == 0
    disks = sim.tokens()
    for command, goal in (("start", {*HOSTS, "switch lan"}), ("stop", set())):
        other = "stop" if command == "start" else "start"
        for moment in itertools.count(1):
            assert sim.run(other, "lab").code == 0
            done = sim.run(command, "lab", "-j", jobs, kill_at=moment)
            if done.code >= 0:
                break
            again = sim.run("resume", "lab") if moment % 2 else sim.run(command, "lab")
            assert again.code == 0, again.err
            assert sim.up() == goal
            assert sim.tokens() == disks
            assert sim.last_end() in ("done", "recovered")
        assert moment == 1 + 2 * 4


def test_remove(sim: Sim) -> None:
    for moment in itertools.count(1):
        assert sim.build().code == 0
        done = sim.run("remove", "lab", "--yes", "-j", "1", kill_at=moment)
        if done.code >= 0:
            break
        again = sim.run("resume", "lab") if moment % 2 else sim.run("remove", "lab", "--yes")
        assert again.code == 0, again.err
        assert list(sim.home.projects.iterdir()) == []
    assert moment > 6


def test_half_a_removal_is_finished_before_anything_else(sim: Sim) -> None:
    """A host whose disks are half gone is not taken for built."""
    assert sim.build().code == 0
    disks = sim.tokens()
    assert sim.run("remove", "lab", "--yes", "-h", "web", kill_at=2).code < 0
    done = sim.build()
    assert done.code == 0
    assert "mln: the last `mln remove lab` ended in the middle; tidied up: host web\n" in done.err
    assert sim.tokens()["host web"] != disks["host web"]
    assert sim.tokens()["host db"] == disks["host db"]


def test_build_afresh(sim: Sim) -> None:
    """`build -r` that is killed: again, it makes all hosts anew."""
    for moment in itertools.count(1, 2):
        assert sim.build().code == 0
        before = sim.tokens()
        done = sim.build(LAB, "-r", "--yes", "-j", "1", kill_at=moment)
        if done.code >= 0:
            break
        again = sim.build(LAB, "-r", "--yes")
        assert again.code == 0, again.err
        assert set(sim.tokens()) == HOSTS
        assert not set(sim.tokens().values()) & set(before.values())


def test_a_journal_with_a_torn_line(sim: Sim) -> None:
    assert sim.build().code == 0
    with (sim.folder / ".mln" / "journal.jsonl").open("a") as file:
        file.write('{"event": "begin", "run": "x", "comm')
    assert sim.run("start", "lab").code == 0
    assert sim.last_end() == "done"
