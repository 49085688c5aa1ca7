"""`mln doctor`: can this server do what projects ask of it, and is anything left over?"""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from mlnlang_manager.arguments import add_command, add_json

EPILOG = """\
Looks at folders and room, commands of each back end, memory, KVM, libvirt, kernel modules, what dead machines have left
behind, and unfinished work. Changes nothing without --fix.

exit: 0 when there is no problem, else 1; notes are no problems

examples:
  mln doctor
  mln doctor --fix                sweep up what can be swept up
"""
_SIGNS = {"ok": "  ok  ", "note": " note ", "problem": "PROBLEM"}


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Check this server: what back ends need, room, memory, and what is left over."
    command = add_command(subparsers, "doctor", "check this server", about, epilog=EPILOG)
    command.add_argument("--fix", action="store_true", help="remove what dead machines and crashes left behind")
    add_json(command)
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Check, perhaps mend, and tell."""
    from mlnlang_manager.health import findings
    from mlnlang_manager.reporting import answer, say
    from mlnlang_manager.settings import settings

    found = list(findings(settings(options)))
    fixed = set()
    for finding in found if options.fix else ():
        if finding.fix:
            finding.fix()
            fixed.add(id(finding))
    if options.json:
        answer(findings=[
            {"topic": f.topic, "level": f.level, "text": f.text, "hint": f.hint, "fixed": id(f) in fixed} for f in found
        ])  # fmt: skip
    topic = ""
    for finding in () if options.json else found:
        if finding.topic != topic:
            topic = finding.topic
            say(f"{topic}:")
        sign, hint = (" fixed", "") if id(finding) in fixed else (_SIGNS[finding.level], finding.hint)
        say(f"  {sign:>7}  {finding.text}" + (f"; {hint}" if hint else ""))
    return 1 if any(f.level == "problem" and id(f) not in fixed for f in found) else 0
