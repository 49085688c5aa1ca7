"""Deleting a project's folder so that a crash leaves either all of it or rubbish that is known as such."""

from __future__ import annotations

import os
import shutil

#: How folders begin that are being deleted; `mln doctor --fix` sweeps them up.
DYING = ".removed-"


def delete_folder(folder: str) -> None:
    """Put it out of the way at once, then delete it. Raises OSError."""
    parent, name = os.path.split(folder)
    dying = os.path.join(parent, f"{DYING}{name}-{os.getpid()}")
    os.rename(folder, dying)
    shutil.rmtree(dying)


def dying_folders(projects: str) -> list[str]:
    """What deletions have left behind that did not live to their end."""
    try:
        names = os.listdir(projects)
    except FileNotFoundError:
        return []
    return [os.path.join(projects, name) for name in sorted(names) if name.startswith(DYING)]
