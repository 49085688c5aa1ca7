"""Setting a guest up in its image, before it first starts: what the compiler says, without privileges."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from mlnlang_codegen.guest.constants import constant
from mlnlang_codegen.guest.network import project_hosts

from mlnlang_manager.drivers.protocol import DriverError, Machine
from mlnlang_manager.images import formats, plans, tools
from mlnlang_manager.images.ext import ExtFiles
from mlnlang_manager.images.staging import Files, Stage
from mlnlang_manager.images.telling import Say, teller
from mlnlang_manager.images.tree import TreeFiles
from mlnlang_manager.images.verbs import Setup, Supply


def configure(image_path: str, machine: Machine) -> bool:
    """Set up the guest in an image, a block device or a folder where it is mounted. Twice is once.

    False where nothing is to be done to its disk: the project asks nothing, or a cloud-init seed tells the guest.
    Raises DriverError; the image may then be half set up.
    """
    plan = plans.lowered(machine).guest
    if plan.seed or not plan.lines:
        return False
    say = teller(machine)
    say("setting up the guest")
    with opened(image_path) as files:
        stage = Stage(files)
        try:
            Setup(stage, supply(machine, say)).carry_out(plan.lines)
            stage.commit()
        except OSError as error:
            raise DriverError(f"{error.filename or image_path}: {error.strerror}") from None
    return True


def supply(machine: Machine, say: Say) -> Supply:
    """What the server has for the machine's guest."""
    clear = plans.lowered(machine).guest.root_password
    return Supply(
        plans.files_folder(machine.place),
        project_hosts(machine.place.project),
        constant,
        lambda: hashed(clear or ""),
        clear,
        say,
        lambda text: say(f"warning: {text}"),
    )


def hashed(password: str) -> str:
    """A password's hash of crypt(3)'s SHA-512 kind. The clear text goes to openssl by a pipe."""
    done = tools.run(["openssl", "passwd", "-6", "-stdin"], given=f"{password}\n".encode())
    text = done.out.decode("ascii", "replace").strip()
    if done.code or not text.startswith("$6$"):
        raise DriverError("openssl can't hash the root password")
    return text


@contextmanager
def opened(image: str) -> Iterator[Files]:
    """The guest's file system in an image. Raises DriverError."""
    if os.path.isdir(image):
        yield TreeFiles(image)
        return
    place = root_place(image)
    if place is not None:
        yield ExtFiles(image, place)
        return
    with mounted(image) as folder:
        yield TreeFiles(folder)


def root_place(image: str) -> int | None:
    """Where an ext file system with a Linux system begins in a raw image, in bytes; None where libguestfs must look."""
    found = formats.of(image)
    if found.holds == "ext":
        return 0
    if found.holds != "partitions":
        return None
    places = [place for place in formats.partitions(image) if formats.superblock(image, place)]
    systems = [place for place in places if ExtFiles(image, place).survey(["/etc/passwd"], ())[0]]
    return systems[0] if len(systems) == 1 else None


@contextmanager
def mounted(image: str) -> Iterator[str]:
    """An image mounted by libguestfs, which finds the system in it. Raises DriverError."""
    lacking = tools.missing("guestmount", "guestunmount")
    if lacking:
        raise DriverError(
            f"no ext file system is found in {image}: setting up such a guest needs the command guestmount (libguestfs)"
        )
    with tempfile.TemporaryDirectory(prefix="mln.") as folder:
        tools.must(["guestmount", "-a", image, "-i", "--rw", folder], f"guestmount finds no system in {image}")
        try:
            yield folder
        finally:
            tools.must(["guestunmount", folder], f"{image} can't be unmounted")
