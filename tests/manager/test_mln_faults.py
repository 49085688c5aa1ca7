"""What can go wrong, with the simulated hypervisor: one clear error, and a state that fits it."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import time

import pytest
from mln_helpers import COMMAND, Home
from sim_helpers import LAB, Sim

HOSTS = {"host db", "host mail", "host web"}


@pytest.fixture
def sim(home: Home) -> Sim:
    """A home with the simulated hypervisor."""
    return Sim(home)


def test_a_whole_life(sim: Sim) -> None:
    assert sim.build().code == 0
    assert sim.run("status", "lab").out == (
        "lab host db down\nlab host mail down\nlab host web down\nlab switch lan down\n"
    )
    started = re.sub(r" \([\d.]+ s\)", "", sim.run("start", "lab", "-j", "1").err).splitlines()
    assert started[:3] == ["lab switch lan: started", "lab host db: started", "lab host db: is ready"]
    assert sorted(started[3:]) == [
        "lab host mail: is ready", "lab host mail: started", "lab host web: is ready", "lab host web: started",
    ]  # fmt: skip
    assert sim.run("status", "-p", "lab").code == 0
    assert sim.run("start", "lab").err == "lab: all is up\n"
    assert sim.run("stop", "-p", "lab", "-h", "web").code == 0
    assert sim.up() == {"host db", "host mail", "switch lan"}
    assert sim.run("stop", "-a").code == 0
    assert sim.up() == set()
    assert sim.run("remove", "-p", "lab", "--yes").out == f"removed {sim.folder}\n"
    assert list(sim.home.projects.iterdir()) == []


def test_boot_order(sim: Sim) -> None:
    """A lower order is ready before the next is started; stopping goes the other way round."""
    assert sim.build().code == 0
    assert sim.run("start", "lab", "-j", "4", sim={"speed": 0.05}).code == 0
    assert sim.run("stop", "lab", "-j", "4", sim={"speed": 0.05}).code == 0
    entries = [json.loads(line) for line in (sim.folder / ".mln/journal.jsonl").read_text().splitlines()]
    at = {(e["event"], e["step"]): e["time"] for e in entries if "step" in e}
    for name in ("mail", "web"):
        assert at["done", "ready host db"] <= at["begin", f"start host {name}"]
        assert at["done", f"stop host {name}"] <= at["begin", "stop host db"]
    assert at["done", "start switch lan"] <= at["begin", "start host db"]
    assert at["done", "stop host db"] <= at["begin", "stop switch lan"]


def test_a_failed_host_is_named_and_the_others_go_on(sim: Sim) -> None:
    done = sim.build(LAB, sim={"fail": {"build mail": "No space left on device"}})
    assert done.code == 1
    assert "lab host mail: build failed: No space left on device\n" in done.err
    assert done.err.splitlines()[-1] == "mln: `lab`: 2 of 3 steps done; failed: host mail; mln resume lab goes on"
    assert set(sim.tokens()) == set(sim.records()) == sim.marks() == HOSTS - {"host mail"}  # and no half of it is left
    assert sim.run("resume", "lab").code == 0
    assert sim.marks() == HOSTS
    assert sim.run("resume", "lab").err == "mln: nothing of `lab` is left to do\n"


def test_a_failed_switch_leaves_its_hosts_out(sim: Sim) -> None:
    assert sim.build().code == 0
    done = sim.run("start", "lab", "--json", sim={"fail": {"start lan": "in use"}})
    document = json.loads(done.out)
    assert done.code == 1
    assert document["failed"] == [
        {"subject": "switch lan", "phase": "start", "message": "in use", "hint": "", "log": ""}
    ]
    assert {entry["why"] for entry in document["skipped"]} == {"start switch lan failed"}
    assert sim.up() == set()


def test_a_guest_that_never_boots(sim: Sim) -> None:
    assert sim.build().code == 0
    done = sim.run("start", "lab", "--timeout", "0.2", sim={"never_up": ["db"]})
    assert done.code == 1
    assert "lab host db: ready failed: the guest did not come up within 0.2 s; it is left running: " in done.err
    assert sim.up() == {*HOSTS, "switch lan"}
    assert sim.run("start", "lab").code == 0


def test_a_server_that_lacks_something(sim: Sim) -> None:
    done = sim.build(LAB, sim={"lacks": ["command linux.uml", "file /t/t.ext4"]})
    assert done.code == 1
    lines = done.err.splitlines()
    assert lines[-3:] == [
        "mln: `lab` can't build; missing on this server:", "  command linux.uml", "  file /t/t.ext4",
    ]  # fmt: skip
    assert sim.records() == {}
    assert sim.build().code == 0


def test_too_little_memory(sim: Sim) -> None:
    assert sim.build().code == 0
    done = sim.run("start", "lab", "-j", "1", sim={"memory_mib": 128})
    assert done.code == 1
    assert "start failed: needs 64 MiB, and 0 are free" in done.err
    assert len(sim.up()) == 3


def test_folders_that_cannot_be_written(sim: Sim) -> None:
    """A file where the projects folder should be: root may write to a folder that is read-only."""
    sim.home.write("mln/projects", "")
    done = sim.build()
    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines()[-1].startswith(f"mln: {sim.home.projects}")


@pytest.mark.parametrize("room", [0, 30, 300, 900])
def test_no_room_for_the_journal(sim: Sim, room: int) -> None:
    """A limit on the length of files stands in for a full disk: the error is another, the place is the same."""
    assert sim.build().code == 0
    journal = sim.folder / ".mln" / "journal.jsonl"
    with journal.open("a") as file:
        file.write("-" * 100_000 + "\n")
    disks = sim.tokens()
    done = sim.run("start", "lab", "-j", "1", limit=journal.stat().st_size + room)
    assert done.code == 1
    assert f"mln: the journal {journal} can't be written: File too large" in done.err.splitlines()[-1]
    assert len(sim.up()) < 4
    assert sim.tokens() == disks
    assert sim.run("start", "lab").code == 0
    assert len(sim.up()) == 4
    assert sim.last_end() == "done"


def test_no_room_for_the_project(sim: Sim) -> None:
    assert sim.build().code == 0
    before = {path: path.read_bytes() for path in sim.folder.rglob("*.sh")}
    more = LAB + "host new { superclass common; network eth0 { address 10.0.0.9/24 } }\n"
    done = sim.run("build", "-f", sim.home.write("lab.mln", more), limit=2000)
    assert (done.code, done.out) == (1, "")
    assert "nothing was written" in done.err.splitlines()[-1]
    assert {path: path.read_bytes() for path in sim.folder.rglob("*.sh")} == before
    assert sim.marks() == HOSTS
    assert sim.run("start", "lab").code == 0


def test_another_mln_is_waited_for_or_named(sim: Sim) -> None:
    assert sim.build().code == 0
    environment = {**sim.home.environment, "MLN_DRIVER": "sim", "MLN_SIM": '{"speed": 0.5}'}
    with subprocess.Popen([*COMMAND, "start", "lab"], env=environment, stderr=subprocess.DEVNULL) as first:
        lock = sim.folder / ".mln" / "lock"
        until = time.monotonic() + 30
        while "mln start" not in lock.read_text() and time.monotonic() < until:
            time.sleep(0.02)
        refused = sim.run("stop", "lab", "--no-wait")
        waited = sim.run("stop", "lab")
        assert first.wait() == 0
    assert refused.code == 1
    assert re.fullmatch(
        rf"mln: another mln works on `lab`: pid {first.pid}, `mln start lab`, since [-\d]+ [:\d]+; .*\n", refused.err
    )
    assert waited.code == 0
    assert waited.err.startswith(f"mln: waiting for another mln that works on `lab`: pid {first.pid}, ")
    assert sim.up() == set()


def test_ctrl_c_undoes_what_is_half_done(sim: Sim) -> None:
    sim.home.write("lab.mln", LAB)
    environment = {**sim.home.environment, "MLN_DRIVER": "sim", "MLN_SIM": '{"speed": 4}'}
    with subprocess.Popen(
        [*COMMAND, "build", "-f", "lab.mln", "-j", "1"],
        env=environment, cwd=sim.home.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        until = time.monotonic() + 30
        while "half" not in json.dumps(sim.records()) and time.monotonic() < until:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.splitlines()[-2:] == ["interrupted", "mln: `lab`: 0 of 3 steps done; mln resume lab goes on"]
    assert sim.records() == {}
    assert sim.run("resume", "lab").code == 0
    assert sim.marks() == HOSTS


def test_building_again(sim: Sim) -> None:
    assert sim.build().code == 0
    disks = sim.tokens()
    assert "lab: all is built\n" in sim.build().err
    more = LAB + "host new { superclass common; network eth0 { address 10.0.0.9/24 } }\n"
    assert sim.build(more).code == 0
    assert sim.tokens().items() > disks.items()
    changed = sim.build(more.replace("host db {", "host db { memory 96M;"))
    assert changed.code == 1
    assert "`lab` is built, and " in changed.err
    assert " has other wishes for db; mln plan -f " in changed.err
    assert sim.build(LAB).code == 1  # `new` would be left behind
    refused = sim.build(LAB, "-r")
    assert (refused.code, "say --yes" in refused.err) == (2, True)
    assert sim.build(LAB, "-r", "--yes").code == 0
    assert set(sim.tokens()) == HOSTS
    assert not set(sim.tokens().values()) & set(disks.values())
    assert sim.run("start", "lab").code == 0
    assert "up: db, mail, web; mln stop lab comes first" in sim.build(LAB, "-r", "--yes").err


def test_dry_runs_change_nothing(sim: Sim) -> None:
    assert sim.build(LAB, "--dry-run").out == "".join(f"would make the disks of {h}\n" for h in sorted(HOSTS))
    assert not sim.folder.exists()
    assert sim.build().code == 0
    before = sim.records()
    for words in (("start", "lab"), ("remove", "lab"), ("stop", "lab"), ("reconfigure", "lab")):
        done = sim.run(*words, "--dry-run")
        assert done.code == 0
        assert done.out.startswith("would ")
        assert json.loads(sim.run(*words, "--dry-run", "--json").out)["dry_run"] is True
    assert sim.records() == before


def test_reconfigure(sim: Sim) -> None:
    assert sim.build().code == 0
    assert sim.run("reconfigure", "lab", "-h", "web").code == 0
    assert sim.run("start", "lab").code == 0
    assert sim.run("reconfigure", "lab").err == "mln: `lab`: up: db, mail, web; mln stop lab comes first\n"


def test_secrets_are_nobody_elses(sim: Sim) -> None:
    text = LAB.replace("memory 64M", "memory 64M; root_passwd $6$salt$geheim17")
    done = sim.build(text, "--json")
    assert done.code == 0
    assert (sim.folder / ".mln").stat().st_mode & 0o777 == 0o700
    for path in (sim.folder / ".mln").rglob("*"):
        assert path.is_dir() or path.stat().st_mode & 0o077 == 0, path
    said = done.out + done.err + (sim.folder / ".mln/journal.jsonl").read_text()
    assert "geheim17" not in said
    assert "geheim17" in (sim.folder / ".mln/built.json").read_text()


def test_hooks_run_around_the_whole_and_can_stop_it(sim: Sim) -> None:
    hooks = """beforeProjectStart { echo before >>order }
        afterHostsStart { echo after >>order }
        beforeHostsStop { echo "no stop today"; exit 3 }"""
    assert sim.build(LAB.replace("project lab", f"project lab; {hooks}")).code == 0
    assert sim.run("start", "lab", "-h", "db").code == 0
    order = sim.folder / "local" / "order"
    assert not order.exists()
    assert sim.run("start", "lab").code == 0
    assert order.read_text() == "before\nafter\n"
    done = sim.run("stop", "lab")
    assert done.code == 1
    assert "hook failed: hook beforeHostsStop ended with 3: no stop today" in done.err
    assert sim.up() == {*HOSTS, "switch lan"}


def test_what_mlnc_compiled_is_driven_by_its_scripts(sim: Sim) -> None:
    """mln and the scripts work on the same places: a project need not have been built by mln."""
    from mlnlang.cli.main import main

    assert main(["compile", sim.home.write("lab.mln", LAB), "-o", str(sim.home.projects)]) == 0
    done = sim.run("status", "lab", MLN_DRIVER="")
    expected = [f"lab host {name} down (not built)" for name in ("db", "mail", "web")]
    assert done.out.splitlines() == [*expected, "lab switch lan down"]


def test_journal_and_logs(sim: Sim) -> None:
    assert sim.build(LAB, sim={"fail": {"build mail": "no luck"}}).code == 1
    text = sim.run("logs", "lab", "--journal").out
    assert re.fullmatch(r"[-\d]+ [:\d]+  mln build: failed, 2 of 3 steps\n    build host mail: no luck\n", text)
    (run,) = json.loads(sim.run("logs", "lab", "--journal", "--json").out)["runs"]
    assert run["failed"] == {"build host mail": "no luck"}
    assert "has no logs yet" in sim.run("logs", "lab").err


def test_hundreds_of_hosts(sim: Sim) -> None:
    """Not a measure of time (that is in bench/), but it must go through."""
    many = LAB.replace("project lab", "project lab; autoenum { superclass common; numhosts 300; hostprefix n }")
    many = many.replace("; address 10.0.0.1/24", "").replace("network eth0 { address 10.0.0.2/24 }", "")
    many = many.replace("network eth0 { address 10.0.0.3/24 }", "")
    assert sim.build(many).code == 0
    assert len(sim.tokens()) == 303
    assert sim.run("start", "lab", "-j", "8").code == 0
    assert len(sim.up()) == 304
