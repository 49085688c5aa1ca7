"""Drives any back end by the scripts that were compiled: `hosts/<h>/control.sh` and `switches/<s>/control.sh`."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from mlnlang_manager.drivers.protocol import DriverError, Machine, Progress, Segment, State
from mlnlang_manager.engine import processes
from mlnlang_manager.engine.paths import RUNNING, log_file

if TYPE_CHECKING:
    from mlnlang_manager.settings import Settings

#: Seconds that a question may take.
QUESTION = 60.0
_ANSWER = re.compile(r"(?:host|switch) \S+: (.*)")
#: What `control.sh build` does to a new image, done to one that is there.
_SET_UP = """\
set -eu
MLN_HERE=$1 MLN_SERVER=${1%/*/*}
for library in settings common images filesystem guest; do . "$MLN_SERVER/lib/$library.sh"; done
subject host "${1##*/}"
guest_setup "$2"
"""
_STATES = {"up": State.UP, "down": State.DOWN, "not built": State.NOT_BUILT, "paused": State.PAUSED}


class ScriptedDriver:
    """A driver for the back end `name`. Others derive from it and do by themselves what pays."""

    def __init__(self, name: str, settings: Settings) -> None:
        self.name = name
        self.settings = settings

    def needs(self, subject: Machine | Segment, phase: str) -> list[str]:
        """What `control.sh check PHASE` prints."""
        code, text = self.ask(subject, "check", phase)
        if code:
            raise DriverError(_cause(text) or f"{self.script(subject)} check {phase} ended with {code}")
        return [line for line in text.splitlines() if line]

    def build(self, machine: Machine, progress: Progress) -> None:
        """`control.sh build`."""
        self.tell(machine, "build", progress)

    def start(self, machine: Machine, progress: Progress) -> None:
        """`control.sh start`."""
        self.tell(machine, "start", progress)

    def wait_ready(self, machine: Machine, timeout: float) -> bool:
        """The script returns once the machine is up; nobody tells more."""
        until = time.monotonic() + timeout
        while self.state(machine) is not State.UP:
            if time.monotonic() > until:
                return False
            time.sleep(0.3)
        return True

    def stop(self, machine: Machine, timeout: float, *, force: bool = False) -> None:
        """`control.sh stop`, whose patience is the time-out."""
        self.tell(machine, "stop", more={"MLN_STOP_TIMEOUT": "0" if force else str(max(1, round(timeout)))})

    def state(self, machine: Machine) -> State:
        """What `control.sh status` says."""
        return self._state(machine)

    def remove(self, machine: Machine) -> None:
        """`control.sh remove`."""
        self.tell(machine, "remove")

    def console(self, machine: Machine) -> list[str]:
        """Scripts know of none. Raises DriverError."""
        raise DriverError(f"the console of {machine.identity} can't be opened by scripts")

    def set_memory(self, machine: Machine, mib: int) -> bool:  # noqa: ARG002
        """Scripts can't."""
        return False

    def reconfigure(self, machine: Machine, progress: Progress) -> None:
        """The scripts' own set-up of the guest, on the root disk that is there. Raises DriverError."""
        image = os.path.join(machine.place.images, f"{machine.host.name}.img")
        disk = machine.host.root_disk
        if disk is None or disk.storage != "file" or disk.directory or disk.source or disk.cow_base:
            raise DriverError("scripts set a guest up again only in an image of its own", hint="build it anew")
        if not os.path.exists(image):
            raise DriverError(f"there is no {image}", hint="mln build makes it")
        progress("setting up the guest")
        self._run(machine, ["/bin/sh", "-c", _SET_UP, "-", os.path.dirname(self._existing(machine)), image], progress)

    def grow_disk(self, machine: Machine, size_bytes: int) -> bool:  # noqa: ARG002
        """Scripts can't."""
        return False

    def start_switch(self, segment: Segment) -> None:
        """`control.sh start`."""
        self.tell(segment, "start")

    def stop_switch(self, segment: Segment) -> None:
        """`control.sh stop`."""
        self.tell(segment, "stop")

    def switch_state(self, segment: Segment) -> State:
        """What `control.sh status` says."""
        return self._state(segment)

    def remove_switch(self, segment: Segment) -> None:
        """`control.sh remove`."""
        self.tell(segment, "remove")

    # ---------------------------------------------------------------- for those who derive
    def script(self, subject: Machine | Segment) -> str:
        """The control script."""
        if isinstance(subject, Machine):
            return os.path.join(subject.place.folder, "hosts", subject.host.name, "control.sh")
        return os.path.join(subject.place.folder, "switches", subject.switch.name, "control.sh")

    def environment(self, subject: Machine | Segment) -> dict[str, str]:
        """What scripts get: folders that the command line names, and those that the place has."""
        place = subject.place
        folders = {"MLN_IMAGES": place.images, "MLN_RUN": place.run}
        return {**os.environ, **self.settings.environment, **folders}

    def ask(self, subject: Machine | Segment, *words: str) -> tuple[int, str]:
        """Run the script for its answer; returns exit code and output. Raises DriverError."""
        try:
            done = subprocess.run(  # noqa: S603 - a list, no shell: the script is the project's own
                ["/bin/sh", self._existing(subject), *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=self.environment(subject),
                timeout=QUESTION,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise DriverError(f"{self.script(subject)} {' '.join(words)} gave no answer in {QUESTION:.0f} s") from None
        return done.returncode, done.stdout.decode("utf-8", "backslashreplace")

    def tell(
        self,
        subject: Machine | Segment,
        phase: str,
        progress: Progress | None = None,
        more: Mapping[str, str] | None = None,
    ) -> str:
        """Run a phase of the script, its output to the subject's log; returns that. Raises DriverError."""
        return self._run(subject, ["/bin/sh", self._existing(subject), phase], progress, more)

    def _run(
        self,
        subject: Machine | Segment,
        argv: list[str],
        progress: Progress | None,
        more: Mapping[str, str] | None = None,
    ) -> str:
        log = log_of(subject)
        code, text = processes.run(
            argv,
            log,
            {**self.environment(subject), **(more or {})},
            marks=os.path.join(os.path.dirname(subject.place.log), RUNNING),
            each_line=_teller(progress) if progress else None,
        )
        if code:
            raise DriverError(_cause(text) or f"its script ended with {code}", log=log)
        return text

    def _existing(self, subject: Machine | Segment) -> str:
        script = self.script(subject)
        if not os.path.isfile(script):
            raise DriverError(f"there is no {script}", hint=f"build `{subject.place.project.name}` again")
        return script

    def _state(self, subject: Machine | Segment) -> State:
        code, text = self.ask(subject, "status")
        for line in text.splitlines():
            if answer := _ANSWER.fullmatch(line):
                word = answer[1]
                return _STATES.get(word) or (State.UP if word.startswith("up ") else State.DOWN)
        if code:
            raise DriverError(_cause(text) or f"{self.script(subject)} status ended with {code}")
        return State.UNKNOWN


def log_of(subject: Machine | Segment) -> str:
    """The subject's log, in a folder that is there."""
    os.makedirs(subject.place.log, mode=0o700, exist_ok=True)
    kind = f"host {subject.host.name}" if isinstance(subject, Machine) else f"switch {subject.switch.name}"
    return log_file(subject.place.log, kind)


def _teller(progress: Progress) -> Callable[[str], None]:
    def told(line: str) -> None:
        answer = _ANSWER.fullmatch(line)
        progress(answer[1] if answer else line)

    return told


def _cause(text: str) -> str:
    """What a script says of its failure: from its last `error:` on, else its last line."""
    _, found, after = text.rpartition("error: ")
    if found:
        return after.strip()
    return next((line.strip() for line in reversed(text.split("\n")) if line.strip()), "")


def make(backend: str, settings: Settings) -> ScriptedDriver:
    """The driver of a back end."""
    return ScriptedDriver(backend, settings)
