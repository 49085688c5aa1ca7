"""`mln upgrade`: make a built project what its file says now."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from mlnlang_manager.arguments import add_command, add_work

if TYPE_CHECKING:
    from mlnlang.api import Checked
    from mlnlang_manager.engine.journal import Run
    from mlnlang_manager.engine.opened import Opened
    from mlnlang_manager.engine.work import How
    from mlnlang_manager.settings import Settings
    from mlnlang_manager.upgrade.tasks import Todo

EPILOG = """\
`mln plan -f FILE` shows what will be done. All that must hold is looked at first; when something doesn't, nothing is
touched. Machines that have to be down are stopped, those that are gone are removed, the others are changed in the disks
they have, and what was up is up again afterwards, with what is new where the project was up. Machines that don't change
are not touched. More memory or a larger disk never cost data; what does is done only with --yes-lose-data.
A machine that fails is named, the others go on, and the same command, or mln resume, finishes the work.

examples:
  mln upgrade -f lab.mln
  mln upgrade -f lab.mln --dry-run
  mln upgrade -f lab.mln --yes --yes-lose-data
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Make a built project what its file says now, touching only what changes."
    command = add_command(subparsers, "upgrade", "change a built project", about, epilog=EPILOG, aliases=["update"])
    command.add_argument("-f", "--file", required=True, metavar="FILE", help="the project's file")
    command.add_argument(
        "-S", "--start-new", action="store_true", help="start new hosts even where all others are down"
    )
    command.add_argument("-y", "--yes", action="store_true", help="do not ask")
    command.add_argument("--yes-lose-data", action="store_true", help="also what deletes disks")
    add_work(command)
    command.add_argument("--timeout", type=float, metavar="S", help="seconds a guest may take to get ready (120)")
    command.add_argument("--no-wait-ready", action="store_true", help="don't wait until guests are ready")
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Find out whose file it is, and do it."""
    from mlnlang_manager.compiling import checked
    from mlnlang_manager.engine.work import how
    from mlnlang_manager.settings import settings

    found = settings(options)
    lose = None if options.yes_lose_data else ()
    result = checked(found, options.file)
    return upgrade(found, options.file, result, how(options), lose, yes=options.yes, start_new=options.start_new)


def upgrade(
    found: Settings,
    file: str,
    result: Checked,
    way: How,
    lose: Collection[str] | None,
    *,
    yes: bool,
    start_new: bool = False,
) -> int:
    """Do it; returns the exit code. `lose`: hosts whose data may go, None for all. Raises Failure."""
    import os

    from mlnlang_manager.engine.work import working
    from mlnlang_manager.projects import PLAN
    from mlnlang_manager.reporting import Failure
    from mlnlang_manager.upgrade.scene import look
    from mlnlang_manager.upgrade.tasks import todo

    assert result.ir
    name = result.ir.name
    if not os.path.lexists(os.path.join(found.projects, name, PLAN)):
        raise Failure(f"there is no project `{name}` in {found.projects} to upgrade", f"mln build -f {file} makes it")
    with working(found, name, way) as work:
        if not work.full:
            raise Failure(f"`{name}` is compiled, and mln has not built it", f"mln build -f {file} comes first")
        scene = look(found, file, result, work)
        return _do(todo(scene, way.jobs, start_new=start_new), way, lose, yes=yes)


def _do(found: Todo, way: How, lose: Collection[str] | None, *, yes: bool) -> int:
    """Check, ask, carry out."""
    from mlnlang_manager.engine.reports import dry
    from mlnlang_manager.upgrade.checking import checks
    from mlnlang_manager.upgrade.showing import lines
    from mlnlang_manager.upgrade.steps import upgrade_steps

    checked = checks(found, way.jobs)
    if not way.plain and (way.dry_run or not found.is_nothing):
        _tell(lines(found, checked, found.scene.file))
    _must_hold(found, [f"{c.text}" + (f"; {c.hint}" if c.hint else "") for c in checked if not c.holds])
    _may_lose(found, lose)
    if way.dry_run:
        return dry(found.scene.name, upgrade_steps(found, way, lambda _: None), way.plain)
    if not found.is_nothing:
        _ask(found, yes)
    return _carry_out(found, way)


def _tell(shown: Any) -> None:
    from mlnlang_manager.reporting import tell

    for line in shown:
        tell(line)


def _must_hold(found: Todo, problems: list[str]) -> None:
    from mlnlang_manager.reporting import Failure

    if problems:
        listed = "".join(f"\n  {problem}" for problem in problems)
        raise Failure(f"`{found.scene.name}` can't be upgraded, and nothing was touched:{listed}")


def _may_lose(found: Todo, lose: Collection[str] | None) -> None:
    from mlnlang_manager.reporting import Failure

    lost = [name for name in found.lost() if lose is not None and name not in lose]
    if lost:
        raise Failure(
            f"the data of {', '.join(lost)} would be lost, and nothing was touched", "--yes-lose-data agrees to that"
        )


def _ask(found: Todo, yes: bool) -> None:
    """Where there is somebody to ask: scripts have said what they want."""
    import sys

    from mlnlang_manager.asking import ask

    if sys.stdin.isatty():
        question = f"Change `{found.scene.name}` like that?"
        ask(question, yes=yes, because="machines change", refused="nothing was changed")


def _carry_out(found: Todo, way: How) -> int:
    """The steps, with what is needed to go on after a crash on the disk before the first."""
    import os

    from mlnlang.cli.writing import inputs_of
    from mlnlang_manager.engine.reports import finish
    from mlnlang_manager.engine.work import carry_out
    from mlnlang_manager.reporting import tell
    from mlnlang_manager.upgrade.record import Next, Upgraded, forget_next, write_next
    from mlnlang_manager.upgrade.steps import upgrade_steps
    from mlnlang_manager.upgrade.writing import write_project

    scene, work = found.scene, found.scene.work
    assert work
    if found.is_nothing and not way.plain:
        tell(f"{scene.name}: as {scene.file} says: nothing to do")
    wanted = Next(scene.target, os.path.abspath(scene.file), inputs_of(scene.checked))
    built = Upgraded.of(work.built, wanted)

    def write(held: list[str]) -> None:
        built.next = write_project(work, wanted, found.plan, held)

    steps = upgrade_steps(found, way, write)
    if steps:
        write_next(work.folder, wanted)
        work.built = built
    arguments = {
        "file": wanted.file,
        "lose": found.lost(),
        "up": found.up(),
        "ready": way.ready,
        "timeout": way.timeout,
    }
    outcome = carry_out(work, "upgrade", arguments, steps, way)
    if not outcome.code:
        forget_next(work.folder)
    return finish(scene.name, steps, outcome, way.plain)


def recover(work: Opened, last: Run) -> None:
    """After a crash: what is half written is written to its end."""
    from mlnlang_manager.upgrade.writing import recover as recover_project

    recover_project(work, last)


def resume(found: Settings, name: str, arguments: dict[str, Any], way: How) -> int:
    """Go on, with the file as it is now: what else it might delete by now is asked for again."""
    from dataclasses import replace

    from mlnlang_manager.compiling import checked
    from mlnlang_manager.reporting import Failure

    file, lose = str(arguments["file"]), [str(host) for host in arguments["lose"]]
    way = replace(way, ready=bool(arguments["ready"]), timeout=float(arguments["timeout"]))
    result = checked(found, file)
    if result.ir and result.ir.name != name:
        raise Failure(
            f"{file} is of the project `{result.ir.name}` by now", f"mln upgrade -f FILE goes on with `{name}`"
        )
    return upgrade(found, file, result, way, lose, yes=True)
