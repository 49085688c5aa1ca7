"""`mln build`: check, compile into the projects folder, make the machines' disks."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from mlnlang_manager.arguments import add_command, add_work

if TYPE_CHECKING:
    from mlnlang.api import Checked
    from mlnlang.ir import Project
    from mlnlang.ir.plan import Plan
    from mlnlang_manager.engine.built import Built
    from mlnlang_manager.engine.work import How
    from mlnlang_manager.settings import Settings

EPILOG = """\
Disks that are there already stay as they are: building again makes only what is missing. A project whose built hosts
are no longer as FILE says is not touched: `mln upgrade -f FILE` changes it, `mln build -r -f FILE` starts afresh.

examples:
  mln build -f lab.mln
  mln build -r -f lab.mln --yes       remove what is there first, disks and all
  mln build -f lab.mln --dry-run      show what would be made
  mln -T /srv/templates build -f lab.mln -j 4
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Check a project, compile it into the projects folder, and make the disks of its machines on this server."
    command = add_command(subparsers, "build", "make a project's machines", about, epilog=EPILOG, aliases=["create"])
    command.add_argument("-f", "--file", required=True, metavar="FILE", help="the project's file")
    command.add_argument("-r", "--remove", action="store_true", help="remove what is there of the project first")
    command.add_argument("-y", "--yes", action="store_true", help="do not ask")
    add_work(command)
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Compile, write, build."""
    import os

    from mlnlang_manager.compiling import compiled
    from mlnlang_manager.engine.locks import project_lock
    from mlnlang_manager.engine.work import how
    from mlnlang_manager.reporting import Failure
    from mlnlang_manager.settings import settings

    found, way = settings(options), how(options)
    checked, plan = compiled(found, options.file)
    if not plan.actions:
        raise Failure(f"the project `{plan.project}` has nothing that a back end carries")
    folder = os.path.join(found.projects, plan.project)
    if way.dry_run and not os.path.isdir(folder):
        return _dry(found, plan, way)
    new = not os.path.isdir(folder)
    try:
        with project_lock(folder, f"{way.command} {plan.project}", wait=way.wait):
            return _build(found, checked, plan, options, way)
    finally:
        if new and not os.path.exists(os.path.join(folder, "plan.json")):
            _forget(folder)


def _forget(folder: str) -> None:
    """A folder that was made for nothing but the lock."""
    import shutil

    shutil.rmtree(folder, ignore_errors=True)


def _build(found: Settings, checked: Checked, plan: Plan, options: Namespace, way: How) -> int:
    import os

    from mlnlang.cli.writing import WriteError, write
    from mlnlang_manager.engine.built import Built, write_built
    from mlnlang_manager.engine.opened import opened
    from mlnlang_manager.engine.work import recover
    from mlnlang_manager.images import sources
    from mlnlang_manager.reporting import Failure, say

    assert checked.ir
    before = None
    if os.path.exists(os.path.join(found.projects, plan.project, "plan.json")):
        work = opened(found, plan.project)
        recover(work)
        before = work.built if work.full else None
        if options.remove:
            if code := _remove_first(found, plan.project, options.yes, way):
                return code
            before = None
        elif before:
            _must_match(before, checked.ir, options.file)
    if way.dry_run:
        return _dry(found, plan, way, before)
    try:
        folder = write(found.projects, plan, checked)
    except WriteError as error:
        raise Failure("nothing was written", diagnostics=[error.diagnostic]) from None
    write_built(folder, Built(checked.ir, before.marks if before else {}, os.path.abspath(options.file)))
    sources.keep(folder, sources.sources_of(checked.path, checked.inputs, os.getcwd()))
    if not way.plain:
        say(f"wrote {folder}")
    return make(found, plan.project, way)


def make(found: Settings, name: str, way: How) -> int:
    """Make what is missing of a compiled project; returns the exit code."""
    from mlnlang_manager.engine.opened import opened
    from mlnlang_manager.engine.ordering import build_steps, check_needs
    from mlnlang_manager.phases import do, report_elsewhere

    work = opened(found, name)
    away = report_elsewhere(work, (), "build")
    steps = build_steps(work, work.machines, way.jobs)
    new = {step.subject.partition(" ")[2] for step in steps}
    check_needs(work, [*work.segments, *(m for m in work.machines if m.host.name in new)], "build", way.jobs)
    return do(work, "build", {}, steps, way, "all is built") or away


def _remove_first(found: Settings, name: str, yes: bool, way: How) -> int:
    """`-r`: what is there goes, but for the folder, which is locked."""
    from mlnlang_manager.asking import ask
    from mlnlang_manager.commands.remove import remove_machines
    from mlnlang_manager.engine.opened import opened

    if not way.dry_run:
        ask(
            f"Remove the machines of `{name}` for good and build them anew?",
            yes=yes,
            because=f"`{name}` is there already, and removing can't be undone",
            refused="nothing was changed",
        )
    return remove_machines(opened(found, name), [], way)


def _must_match(before: Built, now: Project, file: str) -> None:
    """Raises Failure where hosts that are built are no longer as the file says."""
    from mlnlang_manager.reporting import Failure

    new = {host.name: host for host in now.hosts}
    old = {host.name: host for host in before.project.hosts}
    changed = [
        name
        for name in sorted(mark.removeprefix("host ") for mark in before.marks if mark.startswith("host "))
        if new.get(name) != old.get(name)
    ]
    if before.marks:
        switches = {switch.name: switch for switch in now.switches}
        changed += [f"switch {s.name}" for s in before.project.switches if switches.get(s.name) != s]
    if changed:
        raise Failure(
            f"`{now.name}` is built, and {file} has other wishes for {', '.join(changed)}",
            f"mln plan -f {file} shows them, mln upgrade -f {file} does them, mln build -r -f {file} starts afresh",
        )


def _dry(found: Settings, plan: Plan, way: How, before: Built | None = None) -> int:
    """What would be made of a project that is not written."""
    from mlnlang_manager.reporting import answer, say

    made = before.marks if before else {}
    subjects = [
        action.subject
        for action in plan.actions
        if action.phase == "build" and action.server in found.servers and action.subject not in made
    ]
    hosts = [subject for subject in subjects if subject.startswith("host ")]
    if way.plain:
        answer(project=plan.project, dry_run=True, steps=[{"subject": s, "phase": "build"} for s in hosts])
    else:
        for subject in hosts:
            say(f"would make the disks of {subject}")
    return 0


def resume(found: Settings, name: str, arguments: dict[str, Any], way: How) -> int:  # noqa: ARG001
    """Go on, with the project as it was compiled."""
    from mlnlang_manager.engine.work import working

    with working(found, name, way):
        return make(found, name, way)
