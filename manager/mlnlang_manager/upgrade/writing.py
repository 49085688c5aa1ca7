"""The compiled project, written anew in the middle of an upgrade or after a crash of one."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import replace

from mlnlang.ir.plan import Plan
from mlnlang_manager.drivers.protocol import DriverError
from mlnlang_manager.engine.built import write_built
from mlnlang_manager.engine.journal import Run
from mlnlang_manager.engine.opened import Opened
from mlnlang_manager.reporting import Failure
from mlnlang_manager.upgrade.record import WRITE, Next, Upgraded, mixed, read_next, write_next


def write_project(work: Opened, found: Next, plan: Plan | None, held: Iterable[str]) -> Next:
    """Write it, `held` subjects as they were before; returns what is known then. Raises DriverError and OSError.

    What is held is on the disk first: whoever finds this cut off can do it again.
    """
    from mlnlang.cli.writing import WriteError, put
    from mlnlang_manager.settings import generator

    now = replace(found, held=tuple(sorted(held)))
    write_next(work.folder, now)
    if plan is None or now.held:
        plan = generator().generate(mixed(work.ir, now.target, now.held or ()))
    assert plan
    try:
        put(os.path.dirname(work.folder), plan, now.inputs)
    except WriteError as error:
        raise DriverError(error.diagnostic.message, hint="nothing of it was changed; mln resume goes on") from None
    return now


def recover(work: Opened, last: Run) -> None:
    """After a crash: write the compiled project to its end where that was cut off, and know what is built."""
    found = read_next(work.folder)
    if found is None or not work.full:
        return
    work.built = Upgraded.of(work.built, found)
    _sweep(work.folder)
    if WRITE in last.torn and found.held is not None:
        try:
            write_project(work, found, None, found.held)
        except DriverError as error:
            raise Failure(error.message, "make that possible; then mln goes on where it was") from None
        work.built.written = True
    work.built.learn(last)
    write_built(work.folder, work.built)


def _sweep(folder: str) -> None:
    """Half-written files of a crash."""
    for name in os.listdir(folder):
        if name.startswith(".mlnc-"):
            shutil.rmtree(os.path.join(folder, name), ignore_errors=True)
