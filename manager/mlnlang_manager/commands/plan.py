"""`mln plan`: what `mln upgrade` would do."""

from __future__ import annotations

from argparse import Namespace
from typing import TYPE_CHECKING, Any

from mlnlang_manager.arguments import add_command, add_json

if TYPE_CHECKING:
    from mlnlang_manager.settings import Settings
    from mlnlang_manager.upgrade.scene import Scene

EPILOG = """\
Compares what is built with the project as its file is now, superclasses, includes and `global` resolved. Each change
has its price: no interruption, live, needs restart, moves, needs rebuild (its data is lost). What drivers need, room
for new disks and the like is looked at too. Nothing is written, nothing is started or stopped.
Where a project is not built, everything is new.

exit: 0 nothing to do, 2 changes are waiting, 1 an error, or something keeps mln upgrade from beginning

examples:
  mln plan -f lab.mln
  mln plan -p lab                 the file it was built from
  mln plan -f lab.mln --json
"""
PENDING = 2


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Show what has changed between a project's file and what is built of it, and what each change costs."
    command = add_command(subparsers, "plan", "show what an upgrade would do", about, epilog=EPILOG)
    add_file(command)
    command.add_argument("-j", "--jobs", type=int, metavar="N", help="ask about so many machines at once")
    add_json(command)
    command.set_defaults(run=run)


def add_file(command: Any) -> None:
    """`-f FILE`, `-p PROJECT`, or both."""
    from mlnlang_manager.completing import projects

    command.add_argument("-f", "--file", metavar="FILE", help="the project's file (default: that it was built from)")
    name = command.add_argument("name", nargs="?", metavar="PROJECT", help="the project")
    option = command.add_argument("-p", "--project", metavar="PROJECT", help="the same as an option")
    name.completer = option.completer = projects
    command.set_defaults(host=[], all=False, needs_project=True)


def run(options: Namespace) -> int:
    """Compare, check, show."""
    from mlnlang_manager.reporting import answer, say

    scene = scene_of(options)
    if scene.is_as_wanted:  # the rest costs time
        if options.json:
            answer(**nothing(scene))
        else:
            say(f"`{scene.name}` is as {scene.file} says: nothing to do")
        return 0
    return _show(scene, options)


def _show(scene: Scene, options: Namespace) -> int:
    from mlnlang_manager.engine.work import cores
    from mlnlang_manager.reporting import answer, say
    from mlnlang_manager.upgrade.checking import checks
    from mlnlang_manager.upgrade.showing import document, lines
    from mlnlang_manager.upgrade.tasks import todo

    found = todo(scene, options.jobs or cores())
    checked = checks(found, options.jobs or cores())
    if options.json:
        answer(**document(found, checked, scene.file))
    else:
        for line in lines(found, checked, scene.file):
            say(line)
    if not all(check.holds for check in checked):
        return 1
    return 0 if found.is_nothing else PENDING


def nothing(scene: Scene) -> dict[str, Any]:
    """The JSON of a plan that has nothing in it."""
    more: dict[str, Any] = {"changes": [], "starts": [], "data_lost": [], "checks": []}
    return {"project": scene.name, "file": scene.file, "built": True, **more}


def scene_of(options: Namespace) -> Scene:
    """What the command line names, compared. Raises Failure."""
    import gc

    gc.disable()  # one short run: what is allocated is needed to the end
    from mlnlang_manager.compiling import checked
    from mlnlang_manager.reporting import Failure
    from mlnlang_manager.settings import settings
    from mlnlang_manager.upgrade.scene import look

    found = settings(options)
    file = options.file or _remembered(found, options)
    result = checked(found, file)
    wanted = {options.name, options.project} - {None}
    if result.ir and wanted and wanted != {result.ir.name}:
        told = " and ".join(f"`{name}`" for name in sorted(wanted))
        raise Failure(f"{file} is of the project `{result.ir.name}`, not {told}", code=2)
    return look(found, file, result)


def _remembered(found: Settings, options: Namespace) -> str:
    """The file that the project was built from. Raises Failure."""
    from mlnlang_manager.engine.opened import opened
    from mlnlang_manager.projects import chosen
    from mlnlang_manager.reporting import Failure
    from mlnlang_manager.upgrade.scene import remembered_file

    if not options.name and not options.project:
        raise Failure(f"name a file or a project: mln {options.command} -f FILE", code=2)
    (project,) = chosen(found, options)
    return remembered_file(opened(found, project.name))
