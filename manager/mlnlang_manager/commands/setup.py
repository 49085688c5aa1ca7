"""`mln setup`: the folders and a commented configuration, once a user or once a server."""

from __future__ import annotations

import os
from argparse import Namespace
from typing import Any

from mlnlang_manager.arguments import add_command, add_json

EPILOG = """\
Nothing is asked, and nothing that is there is changed: a configuration that exists is kept, and its folders are made.

examples:
  mln setup                           ~/mln/{projects,templates,files} and ~/.config/mln/mln.conf
  mln setup --system                  as root: /opt/mln/... and /etc/mln/mln.conf, for all users
  mln -P /srv/lab/projects setup      other folders; also -T, -F
"""

CONFIG = """\
# Configuration of MLN. What stands here with a # in front is the default.

projects {projects}
templates {templates}
files {files}

# What hosts get that say nothing:
{backend}
#default_memory 64M
#default_size 250M
{template}

# The name of this server, for projects that are spread over several (service_host):
#service_host {server}

# The volume group of hosts with `lvm`:
#lvm_vg mln-images
"""


def add(subparsers: Any) -> None:
    """Register the command."""
    about = "Make the folders for projects, templates and files, and a commented mln.conf."
    command = add_command(subparsers, "setup", "make folders and a configuration", about, epilog=EPILOG)
    command.add_argument("--system", action="store_true", help="for all users of this server")
    command.add_argument("-n", "--dry-run", action="store_true", help="show what would be made, and make nothing")
    add_json(command)
    command.set_defaults(run=run)


def run(options: Namespace) -> int:
    """Make what is missing."""
    from mlnlang_manager.reporting import answer, say
    from mlnlang_manager.settings import settings

    config = settings(options).compiler.config
    path = config_path(system=options.system)
    folders = {
        name: getattr(config, name) or os.path.join(_base(system=options.system), name)
        for name in ("projects", "templates", "files")
    }
    made = [folder for folder in folders.values() if not os.path.isdir(folder)]
    made += [] if config.sources or os.path.lexists(path) else [path]
    if not options.dry_run:
        _make(made, path, folders)
    if options.json:
        answer(config=config.sources[-1] if config.sources else path, folders=folders, made=made)
        return 0
    for each in made:
        say(f"{'would make' if options.dry_run else 'made'} {each}")
    for source in config.sources:
        say(f"{source} is there already and stays as it is")
    if not options.dry_run:
        say(f"next: a template ({folders['templates']}), then mln build -f FILE; mln doctor tells what is lacking")
    return 0


def _make(made: list[str], path: str, folders: dict[str, str]) -> None:
    """Raises OSError, which main tells."""
    for folder in made:
        if folder != path:
            os.makedirs(folder, exist_ok=True)
    if path in made:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(_text(folders))


def config_path(*, system: bool) -> str:
    """Where the configuration belongs: of the user, or of the server."""
    if system:
        return "/etc/mln/mln.conf"
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return os.path.join(base, "mln", "mln.conf")


def _base(*, system: bool) -> str:
    from mlnlang_manager.settings import default_projects

    return "/opt/mln" if system else os.path.dirname(default_projects())


def _text(folders: dict[str, str]) -> str:
    import shutil

    # A server that runs libvirt and no UML is one for KVM.
    kvm = os.path.exists("/dev/kvm") and shutil.which("virsh") and not shutil.which("linux.uml")
    backend = "default_backend kvm" if kvm else "#default_backend uml"
    try:
        names = sorted(name for name in os.listdir(folders["templates"]) if not name.startswith("."))
    except OSError:
        names = []
    template = f"default_template {names[0]}" if len(names) == 1 else "#default_template busybox.ext4"
    return CONFIG.format(**{key: _quoted(path) for key, path in folders.items()},
                         backend=backend, template=template, server=os.uname().nodename)  # fmt: skip


def _quoted(path: str) -> str:
    plain = all(character.isalnum() or character in "/._-+" for character in path)
    return path if plain else '"' + path.replace("\\", "\\\\").replace('"', '\\"') + '"'
