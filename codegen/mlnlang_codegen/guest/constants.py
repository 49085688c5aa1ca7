"""Files that are the same in every guest. They lie beside the templates and go out as they are."""

from __future__ import annotations

from functools import cache

#: What build.sh reads: `lib/guest/NAME` of the server's folder.
NAMES = ("apply.sh", "boot.sh", "firstboot.cmd", "mln.ps1", "mln.service")


@cache
def constant(name: str) -> str:
    """The text of one of them."""
    from importlib.resources import files  # few check a project that needs them

    return (files(__package__) / "templates" / name).read_text(encoding="utf-8")
