"""Run a project's generated scripts."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from mlnlang_manager.projects import Project
from mlnlang_manager.reporting import Failure
from mlnlang_manager.settings import Settings

_ENDINGS = (signal.SIGTERM, signal.SIGHUP)


def run_script(settings: Settings, project: Project, server: str, phase: str, hosts: Sequence[str]) -> int:
    """Run `SERVER/PHASE.sh`, its output passed through; returns its exit code. Raises Failure."""
    sys.stdout.flush()
    with _started(settings, project, server, phase, hosts, None) as process:
        return process.wait()


def script_output(
    settings: Settings, project: Project, server: str, phase: str, hosts: Sequence[str]
) -> tuple[int, str]:
    """The same, but the standard output is returned too."""
    with _started(settings, project, server, phase, hosts, subprocess.PIPE) as process:
        text, _ = process.communicate()
        return process.returncode, text


@contextmanager
def _started(
    settings: Settings, project: Project, server: str, phase: str, hosts: Sequence[str], output: int | None
) -> Iterator[subprocess.Popen[str]]:
    """A script in a process group of its own, which gets every signal that we get, and then time to tidy up."""
    script = os.path.join(project.folder, server, f"{phase}.sh")
    if not os.path.isfile(script):
        raise Failure(f"there is no {script}", f"build `{project.name}` again")
    with (
        _endings_raise(),
        subprocess.Popen(  # noqa: S603 - a list, no shell: the script is the project's own, hosts are names of it
            ["/bin/sh", script, *hosts],
            stdin=subprocess.DEVNULL,
            stdout=output,
            env={**os.environ, **settings.environment},
            text=True,
            errors="backslashreplace",
            process_group=0,
        ) as process,
    ):
        try:
            yield process
        except (KeyboardInterrupt, SystemExit) as ending:
            _pass_on(process, signal.SIGINT if isinstance(ending, KeyboardInterrupt) else signal.SIGTERM)
            raise


def _pass_on(process: subprocess.Popen[str], number: int) -> None:
    """End the script's group; who interrupts a second time does not want to wait."""
    try:
        os.killpg(process.pid, number)
        process.wait()
    except KeyboardInterrupt:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


@contextmanager
def _endings_raise() -> Iterator[None]:
    """Make SIGTERM and SIGHUP end us by an exception, so that the script is told too."""

    def end(number: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    heeded = [number for number in _ENDINGS if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, end) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
