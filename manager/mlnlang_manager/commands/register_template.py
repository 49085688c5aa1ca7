"""`mln register_template`: take an image among the templates."""

from __future__ import annotations

import os
from argparse import Namespace
from typing import TYPE_CHECKING, Any

from mlnlang_manager.arguments import add_command, add_json

if TYPE_CHECKING:
    from mlnlang_manager.images.registry import Registry

EPILOG = """\
The image is copied (sharing its blocks where the file system can), unless it lies among the templates already.

examples:
  mln rt -t /srv/images/debian.qcow2
  mln rt -t ~/busybox.img --name busybox.ext4 --notes "of the first course"
  mln rt -t /srv/big.vmdk --link         a link to it instead of a copy
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Take an image among the templates, with its digest, kind and size."
    command = add_command(
        subparsers, "register_template", "take an image among the templates", about, epilog=EPILOG, aliases=["rt"]
    )
    command.add_argument("-t", "--template", required=True, metavar="IMAGE", help="the image")
    command.add_argument("--name", metavar="NAME", help="its name among the templates (that of the file)")
    command.add_argument("--notes", metavar="TEXT", help="what is to be remembered of it")
    how = command.add_mutually_exclusive_group()
    how.add_argument("--move", action="store_true", help="move it instead of copying it")
    how.add_argument("--link", action="store_true", help="link to it instead of copying it")
    command.add_argument("--force", action="store_true", help="though it is nothing that a machine could start from")
    command.add_argument("-y", "--yes", action="store_true", help="replace one of that name without asking")
    add_json(command)
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Copy, and learn what it is."""
    from mlnlang_manager.images.folders import templates_of
    from mlnlang_manager.images.registry import Registry
    from mlnlang_manager.reporting import answer, say
    from mlnlang_manager.settings import settings

    found = settings(options)
    registry = Registry(templates_of(found))
    name = _place(registry, options)
    template = registry.register(name, notes=options.notes)
    if options.json:
        answer(template=template.document())
    else:
        say(f"registered {template.path} ({template.image.title})")
    return 0


def _place(registry: Registry, options: Namespace) -> str:
    """Put the image among the templates, unless it is there; returns its name. Raises Failure."""
    from mlnlang_manager.asking import ask
    from mlnlang_manager.images import formats
    from mlnlang_manager.images.folders import making
    from mlnlang_manager.reporting import Failure

    source = os.path.abspath(options.template)
    if not os.path.isfile(source):
        inside = os.path.join(registry.folder, options.template)
        if not os.path.isfile(inside):
            raise Failure(f"there is no image {options.template}")
        source = inside
    if os.path.realpath(source).startswith(os.path.realpath(registry.folder) + "/") and not options.name:
        return os.path.relpath(os.path.realpath(source), os.path.realpath(registry.folder))
    name: str = options.name or os.path.basename(source)
    path = registry.path(name)
    image, promised = formats.of(source), formats.by_name(name)
    if image.format not in (promised, "iso", "cow"):
        raise Failure(f"{source} is a {image.format} image and not {promised}, as the name {name} says", "see --name")
    if image.format == "raw" and not image.holds and not options.force:
        raise Failure(
            f"{source} is no disk image: it holds no file system and no partitions", "--force takes it anyway"
        )
    if os.path.lexists(path):
        because = f"{path} is there already"
        ask(f"{because}. Replace it?", yes=options.yes, because=because, refused="nothing was changed")
    with making(path):
        _bring(source, path, move=options.move, link=options.link)
    return name


def _bring(source: str, path: str, *, move: bool, link: bool) -> None:
    """Raises DriverError, OSError."""
    from mlnlang_manager.images import copying

    with copying.made(path) as part:
        if link:
            os.symlink(source, part)
        elif not (move and _renamed(source, part)):
            copying.copy(source, part)
            os.chmod(part, 0o644)
    if move and os.path.exists(source):
        os.unlink(source)


def _renamed(source: str, path: str) -> bool:
    try:
        os.rename(source, path)
    except OSError:
        return False  # another file system
    return True
