"""`mlnc import`: make a project of what other programs wrote."""

from __future__ import annotations

import argparse
import json
import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlnlang.diagnostics import Diagnostic

STDIN = "<stdin>"

EPILOG = """\
examples:
  mlnc import vm.xml -o lab.mln                            one machine of libvirt's
  virsh net-dumpxml default > net.xml
  for d in $(virsh list --all --name); do virsh dumpxml $d; done > all.xml
  mlnc import net.xml all.xml --project lab -o lab.mln     all machines and their network
  mlnc import /etc/xen/*.cfg --report losses.json -o lab.mln
  mlnc import web.vmx > web.mln
  mlnc import lab.clab.yml --backend kvm -o lab.mln        containers become machines of KVM

The kind of each file is told by its content. What the language can't carry, or carries as something else, is said
line by line on the standard error stream; --report writes what became of every setting, as JSON.

exit: 0 written, 1 a file can't be imported or the project has errors (with --strict: or a setting is lost),
      2 wrong usage
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    from mlnlang.backends import FLAGS

    command = subparsers.add_parser(
        "import",
        help="make a project of libvirt XML, .vmx, xl.cfg or containerlab files",
        description="Make one project of files that other programs wrote: libvirt's domain and network XML, VMware's "
        ".vmx, Xen's xl.cfg, containerlab's topologies. Nothing is lost without a word.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("file", nargs="+", metavar="FILE", help="a file to import; - is the standard input")
    command.add_argument("-o", "--output", metavar="OUT.mln", help="write here (default: the standard output)")
    command.add_argument("--force", action="store_true", help="replace the output file if it is there")
    command.add_argument("--project", metavar="NAME", help="the project's name (default: told by the files)")
    command.add_argument(
        "--from",
        dest="kind",
        choices=("libvirt", "vmx", "xl", "clab"),
        help="what the files are, whatever they look like",
    )
    command.add_argument(
        "--backend", choices=FLAGS, default="lxc", help="the back end of containerlab's nodes (default: lxc)"
    )
    command.add_argument("--report", metavar="FILE", help="write what became of every setting, as JSON")
    command.add_argument("--strict", action="store_true", help="exit 1 if a setting is lost; the project is written")
    command.add_argument("-q", "--quiet", action="store_true", help="no lines about what is lost or changed")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Read all, import all, write."""
    from mlnlang.cli.console import show, tell

    if problem := _bad_usage(options):
        tell(f"mlnc import: {problem}")
        return 2
    files, problems = _files(options.file)
    if not problems:
        done = import_module("mlnlang_codegen.importers").bring_in(
            files, project=options.project, kind=options.kind, back_end=options.backend
        )
        problems = done.problems
    if problems:
        show(problems)
        tell(f"{_counted(problems, 'problem')}; nothing was written")
        return 1
    return _finish(done, options)


def _bad_usage(options: argparse.Namespace) -> str:
    from mlnlang.schema.model import GOOD_NAME

    if options.project is not None and not (GOOD_NAME.fullmatch(options.project) and len(options.project) <= 63):
        return f"--project {options.project!r} is no name: letters, digits and hyphens, 63 at most"
    if options.file.count("-") > 1:
        return "the standard input can be read once"
    return ""


def _files(names: list[str]) -> tuple[list[tuple[str, bytes]], list[Diagnostic]]:
    from mlnlang.semantics.unit import file_problem
    from mlnlang.world import MAX_FILE_BYTES, Disk, WorldError

    files: list[tuple[str, bytes]] = []
    problems: list[Diagnostic] = []
    for name in dict.fromkeys(names):
        if name == "-":
            files.append((STDIN, sys.stdin.buffer.read(MAX_FILE_BYTES)))
            continue
        try:
            files.append((name, Disk().read(name)))
        except WorldError as error:
            problems.append(file_problem(error, name, None))
    return files, problems


def _finish(done: Any, options: argparse.Namespace) -> int:
    """Say what was lost; write the report and the project."""
    from mlnlang.cli.console import show, tell

    report = import_module("mlnlang_codegen.importers.report")
    found = report.diagnostics(done.settings)
    if not options.quiet:
        for line in report.lines(found):
            tell(line)
    errors = [d for d in done.diagnostics if d.is_error]
    failed = _write(done, report, options)
    show([*errors, *failed])
    if not options.quiet and not failed:
        tell(_summary(done))
    lost = options.strict and any(leaf.fate == "lost" for leaf in done.settings)
    return 1 if errors or failed or lost else 0


def _write(done: Any, report: Any, options: argparse.Namespace) -> list[Diagnostic]:
    from mlnlang.diagnostics.catalogue import CANNOT_WRITE

    mode = 0o600 if done.has_secret else 0o666
    target = options.report or ""
    try:
        if options.report:
            text = json.dumps(report.document(done.settings), indent=1, ensure_ascii=False) + "\n"
            _put(target, text, 0o666, replace=True)
        target = options.output or "<stdout>"
        if options.output is None:
            sys.stdout.flush()
            sys.stdout.buffer.write(done.text.encode())
            sys.stdout.buffer.flush()
        else:
            _put(target, done.text, mode, replace=options.force)
    except FileExistsError:
        help_ = "`--force` replaces it"
        return [CANNOT_WRITE.at(None, f"`{target}` is there already", path=target, help=help_)]
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise
        return [CANNOT_WRITE.at(None, f"`{target}` can't be written: {error.strerror or error}", path=target)]
    return []


def _put(path: str, text: str, mode: int, *, replace: bool) -> None:
    """Write a file whole or not at all. Raises OSError."""
    if not replace and os.path.lexists(path):
        raise FileExistsError(path)
    if os.path.exists(path) and not os.path.isfile(path):  # a device or a pipe is written to
        with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        return
    new = f"{path}.{os.getpid()}.new"
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with open(descriptor, "wb") as file:
            file.write(text.encode("utf-8", "backslashreplace"))
        if replace:
            os.replace(new, path)
        else:
            os.link(new, path)  # fails if somebody was faster
            os.unlink(new)
    except BaseException:
        with suppress(OSError):
            os.unlink(new)
        raise


def _summary(done: Any) -> str:
    fates = [leaf.fate for leaf in done.settings]
    parts = [f"{fates.count(fate)} {word}" for fate, word in _WORDS if fates.count(fate)]
    return f"{_counted(fates, 'setting')}: {', '.join(parts)}"


_WORDS = (("carried", "carried"), ("implied", "go without saying"), ("changed", "changed"), ("lost", "lost"))


def _counted(things: list[Any], word: str) -> str:
    return f"{len(things)} {word}{'' if len(things) == 1 else 's'}"
