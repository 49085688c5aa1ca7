"""`mln diff`: the values that differ between what is built and the project's file."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from mlnlang_manager.arguments import add_command, add_json
from mlnlang_manager.commands.plan import add_file

if TYPE_CHECKING:
    from mlnlang_manager.upgrade.scene import Scene

EPILOG = """\
Both sides are resolved: moving a value to a superclass is no difference, a change in one is a difference of each heir.
Passwords and the texts of files are never shown, only that they differ.

exit: 0, or with --exit-code 1 where something differs

examples:
  mln diff -f lab.mln
  mln diff lab                    the file it was built from
  mln diff lab --exit-code && echo "as built"
"""
_SIGNS = {"new": "+", "gone": "-", "stays": "~"}


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Show value by value what differs between what is built of a project and its file."
    command = add_command(subparsers, "diff", "show what differs from what is built", about, epilog=EPILOG)
    add_file(command)
    command.add_argument("--exit-code", action="store_true", help="end with 1 where something differs")
    add_json(command)
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Compare and print."""
    from mlnlang_manager.commands.plan import scene_of
    from mlnlang_manager.reporting import Failure, answer, say
    from mlnlang_manager.upgrade.showing import values

    scene = scene_of(options)
    if scene.built is None:
        raise Failure(f"`{scene.name}` is not built", f"mln build -f {scene.file} makes it")
    if options.json:
        found = [
            {"kind": d.kind, "name": d.name, "fate": d.fate, "values": values(d.changes)} for d in scene.differences
        ]
        answer(project=scene.name, file=scene.file, differences=found)
    else:
        for line in _lines(scene):
            say(line)
    return 1 if options.exit_code and scene.differences else 0


def _lines(scene: Scene) -> Iterator[str]:
    from mlnlang_manager.upgrade.showing import arrow

    for difference in scene.differences:
        subject = "project" if difference.kind == "project" else difference.subject
        yield f"{_SIGNS[difference.fate]} {subject}"
        wide = max((len(change.what) for change in difference.changes), default=0)
        for change in difference.changes:
            yield f"    {change.what:<{wide}}  {arrow(change.old, change.new)}"
