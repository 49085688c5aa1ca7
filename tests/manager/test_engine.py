"""The engine's parts by themselves: order, resources, journal, locks, logs, estimates."""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path

import pytest
from mlnlang_manager.drivers.protocol import DriverError, Progress
from mlnlang_manager.engine import processes
from mlnlang_manager.engine.journal import Journal
from mlnlang_manager.engine.loading import load
from mlnlang_manager.engine.locks import ResourceLocks
from mlnlang_manager.engine.paths import write_whole
from mlnlang_manager.engine.progress import Estimate, Lines, reporter
from mlnlang_manager.engine.running import run
from mlnlang_manager.engine.steps import SHARED, Outcome, Step, knot
from mlnlang_manager.settings import config_files

from mlnlang.api import Compilation
from mlnlang.ir.as_json import document
from mlnlang.semantics.config import standard_paths
from mlnlang.world import Disk, Memory

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.mln"))


class Work:
    """Steps that note when they run."""

    def __init__(self, folder: Path) -> None:
        self.journal = Journal(str(folder))
        self.order: list[str] = []
        self.at_once: dict[str, int] = {}
        self.most: dict[str, int] = {}
        self.undone: list[str] = []
        self._guard = threading.Lock()

    def step(
        self,
        name: str,
        *,
        needs: tuple[str, ...] = (),
        after: tuple[str, ...] = (),
        resources: tuple[str, ...] = (),
        fails: BaseException | None = None,
        waits: bool = False,
        takes: float = 0.02,
    ) -> Step:
        """A step that takes a moment, and perhaps fails."""

        def act(progress: Progress) -> None:
            self._count(name, resources, 1)
            progress("working", 0.5)
            time.sleep(takes)
            self._count(name, resources, -1)
            if fails:
                raise fails

        undo = (lambda: self.undone.append(name)) if fails else None
        return Step(name, "host x", "build", name, needs, frozenset(resources), act, undo, after, waits)

    def _count(self, name: str, resources: tuple[str, ...], by: int) -> None:
        with self._guard:
            if by > 0:
                self.order.append(name)
            for key in ("all", *resources):
                self.at_once[key] = self.at_once.get(key, 0) + by
                self.most[key] = max(self.most.get(key, 0), self.at_once[key])

    def run(self, *steps: Step, jobs: int = 4) -> Outcome:
        """Run them."""
        self.journal.begin("test", {}, [step.id for step in steps])
        with reporter("p", steps, jobs, plain=True) as progress:
            outcome = run(steps, self.journal, jobs, progress)
        self.journal.end(outcome.word)
        return outcome


@pytest.fixture
def work(tmp_path: Path) -> Work:
    """A place to work."""
    return Work(tmp_path)


# ---------------------------------------------------------------- steps
def test_steps_wait_for_what_they_need(work: Work) -> None:
    steps = [
        work.step("c", after=("ab",)), knot("ab", ("a", "b")), work.step("b", needs=("a",)), work.step("a"),
    ]  # fmt: skip
    outcome = work.run(*steps)
    assert work.order == ["a", "b", "c"]
    assert outcome.code == 0
    assert sorted(outcome.done) == ["a", "b", "c"]


def test_what_needs_a_failed_step_is_skipped_and_what_comes_after_it_is_not(work: Work) -> None:
    outcome = work.run(
        work.step("a", fails=DriverError("no luck")),
        work.step("b", needs=("a",)),
        work.step("c", needs=("b",)),
        work.step("d", after=("a",)),
    )
    assert outcome.done == ["d"]
    assert {name: error.message for name, error in outcome.failed.items()} == {"a": "no luck"}
    assert outcome.skipped == {"b": "a failed", "c": "a failed"}
    assert (outcome.code, work.undone) == (1, ["a"])
    last = work.journal.last()
    assert last
    assert (last.failed, last.undone, last.torn, last.left) == ({"a": "no luck"}, {"a"}, [], ["a", "b", "c"])


def test_errors_are_told_in_words(work: Work) -> None:
    full = OSError(28, "No space left on device", "/srv/x.img")
    outcome = work.run(work.step("a", fails=full), work.step("b", fails=ZeroDivisionError("oh")))
    assert outcome.failed["a"].message == "/srv/x.img: No space left on device"
    assert outcome.failed["b"].message == "mln itself failed: ZeroDivisionError: oh"


@pytest.mark.parametrize("jobs", [1, 2, 5])
def test_no_more_than_so_many_at_once(work: Work, jobs: int) -> None:
    work.run(*(work.step(f"s{n}") for n in range(8)), jobs=jobs)
    assert work.most["all"] <= jobs


def test_steps_that_only_wait_take_no_place(work: Work) -> None:
    work.run(*(work.step(f"s{n}", waits=True, takes=0.3) for n in range(8)), jobs=1)
    assert work.most["all"] > 1


def test_resources(work: Work) -> None:
    """Alone, or together with others that don't want it alone."""
    alone, together = "volume group x", f"{SHARED}template y"
    steps = [work.step(f"a{n}", resources=(alone,)) for n in range(4)]
    steps += [work.step(f"t{n}", resources=(together,), takes=0.2) for n in range(3)]
    steps.append(work.step("t", resources=("template y",)))
    assert work.run(*steps, jobs=8).code == 0
    assert work.most[alone] == 1
    assert work.most[together] > 1


def test_many_steps_with_many_needs(work: Work) -> None:
    first = tuple(f"a{n}" for n in range(300))
    steps = [Step(name, "host x", "build", name, (), frozenset(), lambda _: None) for name in first]
    steps.append(knot("k", first))
    steps += [Step(f"b{n}", "host x", "build", "b", (), frozenset(), lambda _: None, after=("k",)) for n in range(300)]
    assert len(work.run(*steps, jobs=8).done) == 600


# ---------------------------------------------------------------- journal
def test_a_journal_is_read_back_and_torn_lines_are_passed_over(tmp_path: Path) -> None:
    journal = Journal(str(tmp_path))
    assert journal.last() is None
    journal.begin("build", {"hosts": ["a"]}, ["build host a", "build host b"])
    journal.step("build host a", "begin")
    journal.step("build host a", "done")
    journal.step("build host b", "begin")
    journal.close()
    with (tmp_path / "journal.jsonl").open("a") as file:
        file.write('nonsense\n{"event": "do')
    last = journal.last()
    assert last
    assert (last.command, last.arguments, last.ended) == ("build", {"hosts": ["a"]}, "")
    assert (list(last.done), last.torn, last.left) == (["build host a"], ["build host b"], ["build host b"])
    journal.begin("start", {}, [])
    journal.end("done")
    assert [run.command for run in journal.runs()] == ["build", "start"]
    assert (tmp_path / "journal.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_long_journal_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "journal.jsonl").write_text("-" * (2 << 20))
    journal = Journal(str(tmp_path))
    journal.begin("build", {}, [])
    journal.end("done")
    assert (tmp_path / "journal.jsonl").stat().st_size < 1000
    assert (tmp_path / "journal.jsonl.old").exists()


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "built.json"
    write_whole(str(path), "one")
    with pytest.raises(UnicodeEncodeError):
        write_whole(str(path), "two \ud800")
    assert path.read_text() == "one"
    assert os.listdir(tmp_path) == ["built.json"]


# ---------------------------------------------------------------- locks
def test_resource_locks_hold_between_processes(tmp_path: Path) -> None:
    locks, told = ResourceLocks(str(tmp_path)), []
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        with ResourceLocks(str(tmp_path)).held(("volume group x",)):
            os.write(writing, b".")
            time.sleep(0.4)
        os._exit(0)
    os.read(reading, 1)
    with locks.held(("volume group y",), told.append):
        assert told == []
    begun = time.monotonic()
    with locks.held(("volume group x",), told.append):
        assert time.monotonic() - begun > 0.1
    assert told == ["waiting for volume group x"]
    os.waitpid(pid, 0)
    assert os.listdir(tmp_path) == []


def test_a_file_is_its_own_lock(tmp_path: Path) -> None:
    template = tmp_path / "t.ext4"
    template.write_text("")
    locks = ResourceLocks(str(tmp_path / "nowhere"))
    with locks.held((f"{SHARED}template {template}",)), locks.held((f"{SHARED}template {template}",)):
        pass
    with locks.held((f"template {template}",)):
        pass
    assert os.listdir(tmp_path) == ["t.ext4"]


# ---------------------------------------------------------------- programs
def test_a_program_has_its_lines_told_while_it_runs_and_its_output_in_the_log(tmp_path: Path) -> None:
    log, lines = tmp_path / "log", []
    log.write_text("before\n")
    script = "echo one; sleep 0.3; echo two >&2; exit 3"
    code, text = processes.run(["/bin/sh", "-c", script], str(log), os.environ, each_line=lines.append)
    assert (code, text, lines) == (3, "one\ntwo\n", ["one", "two"])
    assert log.read_text() == "before\none\ntwo\n"


def test_a_daemon_that_keeps_the_output_open_is_not_waited_for(tmp_path: Path) -> None:
    begun = time.monotonic()
    code, text = processes.run(["/bin/sh", "-c", "sleep 5 & echo started"], str(tmp_path / "log"), os.environ)
    assert (code, text) == (0, "started\n")
    assert time.monotonic() - begun < 4


def test_strays_of_a_killed_mln_are_waited_for(tmp_path: Path) -> None:
    """The program is told when we are killed, and the next run waits for its end."""
    marks, tidy = tmp_path / "running", tmp_path / "tidy"
    script = f"trap 'sleep 0.5; echo >{tidy}; exit 143' TERM; echo ready; while :; do sleep 0.1; done"
    pid = os.fork()
    if not pid:
        processes.run(["/bin/sh", "-c", script], str(tmp_path / "log"), os.environ, marks=str(marks))
        os._exit(0)
    until = time.monotonic() + 20
    while not (tmp_path / "log").exists() or "ready" not in (tmp_path / "log").read_text():
        assert time.monotonic() < until
        time.sleep(0.02)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    processes.wait_for_strays(str(marks), patience=20)
    assert tidy.exists()
    assert os.listdir(marks) == []


# ---------------------------------------------------------------- what is told
def test_the_estimate_is_the_mean_of_each_phase_times_what_is_left() -> None:
    steps = [
        Step(f"{p}{n}", "host x", p, "t", (), frozenset(), lambda _: None) for p in ("build", "start") for n in range(4)
    ]
    estimate = Estimate(steps, 2)
    assert estimate.after(steps[0], None) is None
    assert estimate.after(steps[1], 2.0) == pytest.approx(2 * 2.0 / 2 + 4 * 2.0 / 2)
    assert estimate.after(steps[4], 6.0) == pytest.approx(2 * 2.0 / 2 + 3 * 6.0 / 2)


def test_warnings_are_told_and_progress_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    step = Step("a", "host x", "build", "t", (), frozenset(), lambda _: None)
    lines = Lines("p")
    lines.started(step)
    lines.phase(step, "copying", 0.5)
    lines.phase(step, "warning: the template is old", 0.5)
    lines.ended(step, DriverError("no room", hint="make some", log="/l"))
    lines.skipped(step, "interrupted")
    assert capsys.readouterr().err == (
        "p host x: warning: the template is old\np host x: build failed: no room; make some (log: /l)\n"
    )


# ---------------------------------------------------------------- what is built
@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_ir_comes_back_from_its_json(path: Path) -> None:
    ir = Compilation(Disk()).project(str(path)).ir
    assert ir
    assert load(json.loads(json.dumps(document(ir)))) == ir


def test_a_broken_ir_is_refused() -> None:
    with pytest.raises(ValueError, match="version 7"):
        load({"version": 7})
    with pytest.raises(ValueError, match="no IR"):
        load({"version": 1, "project": "x", "hosts": 3})
    assert load({"version": 1, "project": "x", "later": []}).hosts == ()


def test_the_places_of_the_configuration_are_those_of_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    for environment in ({"HOME": "/h"}, {"HOME": "/h", "XDG_CONFIG_HOME": "/c"}, {}):
        for name in ("HOME", "XDG_CONFIG_HOME"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        everything = dict.fromkeys(
            ("/etc/mln/mln.conf", "/h/.config/mln/mln.conf", "/c/mln/mln.conf", "/h/.mln", "/.mln"), ""
        )
        assert config_files() == standard_paths(Memory(everything, environment=environment))
