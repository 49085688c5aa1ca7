"""Where templates are, who has them under disks, and errors of images as commands tell them."""

from __future__ import annotations

import os
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager

from mlnlang_manager.drivers.protocol import DriverError
from mlnlang_manager.reporting import Failure
from mlnlang_manager.settings import Settings

#: Where they are when nothing says so, as for the compiled scripts.
DEFAULT = "/opt/mln/templates"


def templates_of(found: Settings) -> str:
    """The folder of the templates: as the command line or mln.conf says."""
    given = found.environment.get("MLN_TEMPLATES") or os.environ.get("MLN_TEMPLATES")
    return os.path.abspath(given or found.compiler.config.templates or DEFAULT)


@contextmanager
def making(path: str) -> Iterator[None]:
    """Make a template at that path. Raises Failure."""
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        yield
    except DriverError as error:
        raise Failure(error.message, error.hint) from None
    except OSError as error:
        hint = "another folder: mln -T DIR, or mln setup" if isinstance(error, PermissionError) else ""
        raise Failure(f"{error.filename or path}: {error.strerror}", hint) from None


def overlays_of(found: Settings, template: str) -> list[str]:
    """Machines, as HOST.PROJECT, whose disks hold only what differs from a template."""
    from mlnlang_manager.engine.opened import reopened
    from mlnlang_manager.images import plans
    from mlnlang_manager.projects import all_projects

    users = []
    for project in all_projects(found):
        try:
            work = reopened(found, project)
            for machine in work.machines if work.full else ():
                root = machine.host.root_disk
                over = machine.host.backend == "kvm" or (root and root.cow_base)
                if root is None or root.storage != "file" or not over or root.source:
                    continue
                path = plans.template(machine)
                if os.path.realpath(path) == os.path.realpath(template) and os.path.exists(
                    plans.root_part(machine).path
                ):
                    users.append(machine.identity)
        except (Failure, DriverError):
            continue  # a project that can't be read is told of elsewhere
    return users


def template_names(prefix: str, parsed_args: Namespace) -> list[str]:
    """Names of templates, for a shell that completes; nothing here may fail loudly."""
    from mlnlang_manager.images.registry import Registry
    from mlnlang_manager.settings import settings

    given = {name: getattr(parsed_args, name, None) for name in ("projects", "templates", "files")}
    try:
        names = [template.name for template in Registry(templates_of(settings(Namespace(**given)))).all()]
    except Exception:  # a completion that can't be had is none
        return []
    return [name for name in names if name.startswith(prefix)]
