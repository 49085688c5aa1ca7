"""`mln templates`: the images that disks start from."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from mlnlang_manager.arguments import add_command, add_json

if TYPE_CHECKING:
    from mlnlang_manager.images.registry import Registry, Template
    from mlnlang_manager.settings import Settings

EPILOG = """\
examples:
  mln templates                                 the templates there are
  mln templates build busybox                   a small one, in a second, from busybox-static
  mln templates build debian web.ext4 --package nginx
  mln templates show busybox.ext4
  mln templates note busybox.ext4 "for the first course"
  mln templates verify                          whether files are still what was registered
  mln templates rm old.ext4
  mln rt -t /srv/images/debian.qcow2            take an image of elsewhere among them

exit: verify: 1 where a template is not what was registered
"""
_ACTIONS = ("list", "show", "note", "verify", "rm", "build")


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "List, describe, make, check and delete templates: the images that the disks of machines start from."
    command: ArgumentParser = add_command(subparsers, "templates", "images that disks start from", about, epilog=EPILOG)
    command.add_argument("action", nargs="?", default="list", choices=_ACTIONS, metavar="ACTION",
                         help=f"{', '.join(_ACTIONS)} (default: list)")  # fmt: skip
    name = command.add_argument("words", nargs="*", metavar="WORD", help="names of templates; note: NAME TEXT; "
                                "build: busybox or debian, and a NAME")  # fmt: skip
    name.completer = _names  # type: ignore[attr-defined]
    command.add_argument("--size", metavar="SIZE", help="build: the size of the new image")
    command.add_argument("--suite", metavar="NAME", help="build debian: the release (bookworm)")
    command.add_argument(
        "--package", action="append", default=[], metavar="NAME", help="build debian: one more package"
    )
    command.add_argument("-y", "--yes", action="store_true", help="rm, build: do not ask")
    add_json(command)
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Do what is asked."""
    from mlnlang_manager.images.folders import templates_of
    from mlnlang_manager.images.registry import Registry
    from mlnlang_manager.settings import settings

    found = settings(options)
    registry = Registry(templates_of(found))
    act = {"list": _list, "show": _show, "note": _note, "verify": _verify, "rm": _remove, "build": _build}
    return act[options.action](found, registry, options)


def _list(_: Settings, registry: Registry, options: Namespace) -> int:
    from mlnlang_manager.reporting import answer, say

    _words(options, 0, 0, "list")
    templates = registry.all()
    if options.json:
        answer(folder=registry.folder, templates=[template.document() for template in templates])
        return 0
    rows = [_row(template) for template in templates]
    widths = [max((len(row[n]) for row in rows), default=0) for n in range(4)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        say("  ".join([*cells, *row[4:]]).rstrip())
    if not rows:
        from mlnlang_manager.reporting import tell

        tell(f"no templates in {registry.folder}; mln templates build busybox makes one")
    return 0


def _row(template: Template) -> list[str]:
    return [
        template.name,
        shown(template.image.virtual_size),
        template.image.title,
        template.known.family,
        template.known.notes,
    ]


def shown(size: int) -> str:
    """A size for people, short."""
    number = float(size)
    for unit in ("B", "KiB", "MiB", "GiB"):
        if number < 1024:
            return f"{number:.3g} {unit}"
        number /= 1024
    return f"{number:.4g} TiB"


def _show(_: Settings, registry: Registry, options: Namespace) -> int:
    from mlnlang_manager.reporting import answer, say

    (name,) = _words(options, 1, 1, "show NAME")
    template = registry.with_digest(registry.get(name))
    if options.json:
        answer(template=template.document())
        return 0
    document = template.document()
    document["size"], document["used"], document["virtual_size"] = (
        f"{document[key]} ({shown(document[key])})" for key in ("size", "used", "virtual_size")
    )
    for key, value in document.items():
        if value not in ("", None) and key not in ("format", "holds"):
            say(f"{key.replace('_', ' ')}: {value}")
    return 0


def _note(_: Settings, registry: Registry, options: Namespace) -> int:
    from mlnlang_manager.reporting import answer

    name, text = _words(options, 2, 2, "note NAME TEXT")
    registry.get(name)
    registry.describe(name, notes=" ".join(text.split()))
    if options.json:
        answer(template=registry.get(name).document())
    return 0


def _verify(_: Settings, registry: Registry, options: Namespace) -> int:
    from mlnlang_manager.images.registry import digest_of
    from mlnlang_manager.reporting import answer, say

    templates = [registry.get(name) for name in options.words] or registry.all()
    outcome: dict[str, str] = {}
    for template in templates:
        if not template.known.sha256:
            outcome[template.name] = "not registered"
        else:
            same = digest_of(template.path) == template.known.sha256
            outcome[template.name] = "as registered" if same else "differs from what was registered"
    if options.json:
        answer(templates=[{"name": name, "state": state} for name, state in outcome.items()])
    else:
        for name, state in outcome.items():
            say(f"{name}: {state}")
    return 1 if any(state.startswith("differs") for state in outcome.values()) else 0


def _remove(found: Settings, registry: Registry, options: Namespace) -> int:
    from mlnlang_manager.asking import ask
    from mlnlang_manager.images.folders import overlays_of
    from mlnlang_manager.reporting import Failure, answer, say

    if not options.words:
        raise Failure("name the template: mln templates rm NAME", code=2)
    for template in [registry.get(name) for name in options.words]:
        users = overlays_of(found, template.path)
        if users:
            raise Failure(f"{template.name} is under the disks of {', '.join(users)}", "they would be lost")
        question = f"Delete the template {template.path} for good?"
        ask(question, yes=options.yes, because="deleting can't be undone", refused="nothing was deleted")
        registry.remove(template.name)
        if not options.json:
            say(f"removed {template.path}")
    if options.json:
        answer(removed=list(options.words))
    return 0


def _build(found: Settings, registry: Registry, options: Namespace) -> int:
    from mlnlang_manager.asking import ask
    from mlnlang_manager.images.folders import making, overlays_of
    from mlnlang_manager.reporting import Failure, answer, say, tell

    kind, *names = _words(options, 1, 2, "build busybox|debian [NAME]")
    if kind not in ("busybox", "debian"):
        raise Failure(f"`{kind}` is no template that can be built", "there are: busybox, debian", code=2)
    name = names[0] if names else f"{kind}.ext4"
    path = registry.path(name)
    if users := overlays_of(found, path):
        raise Failure(f"{name} is under the disks of {', '.join(users)}", "build under another name")
    import os

    if os.path.exists(path):
        because = f"{path} is there already"
        ask(f"{because}. Replace it?", yes=options.yes, because=because, refused="nothing was changed")
    notes = _make(kind, path, options, making)
    template = registry.register(name, notes=notes)
    if options.json:
        answer(template=template.document())
    else:
        say(f"made {path}")
        tell(f"use it in a project: template {name}")
    return 0


def _make(kind: str, path: str, options: Namespace, making: Any) -> str:
    """Build; returns what it is."""
    from mlnlang_manager.reporting import tell

    size = _size(options.size)
    with making(path):
        if kind == "busybox":
            from mlnlang_manager.images import busybox

            busybox.build(path, size or busybox.SIZE)
            return "busybox, made by mln"
        from mlnlang_manager.images import debian

        suite = options.suite or debian.SUITE
        if not debian.lacking():
            tell(f"making Debian {suite}: this takes a minute or two, and the network")
        debian.build(path, suite, size or debian.SIZE, options.package)
        return f"Debian {suite}, made by mln"


def _size(text: str | None) -> int | None:
    from mlnlang.schema.units import disk_bytes
    from mlnlang_manager.reporting import Failure

    if text is None:
        return None
    size = disk_bytes(text)
    if size is None:
        raise Failure(f"`{text}` is no size", "16M, 1G", code=2)
    return size


def _words(options: Namespace, least: int, most: int, usage: str) -> list[str]:
    from mlnlang_manager.reporting import Failure

    if not least <= len(options.words) <= most:
        raise Failure(f"usage: mln templates {usage}", code=2)
    return list(options.words)


def _names(prefix: str, parsed_args: Namespace, **_: Any) -> list[str]:
    """Names for a shell that completes."""
    from mlnlang_manager.images.folders import template_names

    return template_names(prefix, parsed_args)
