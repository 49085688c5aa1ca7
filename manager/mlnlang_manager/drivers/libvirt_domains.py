"""Machines that are domains of libvirt: defined from the compiled XML, started, waited for, changed, forgotten."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from mlnlang.ir.derive import machine_uuid
from mlnlang_manager.drivers import disks
from mlnlang_manager.drivers.disks import BuildingDriver
from mlnlang_manager.drivers.protocol import DriverError, Machine, Place, Progress, Segment, State

if TYPE_CHECKING:
    from mlnlang_manager.drivers.libvirt_link import Console, Link
    from mlnlang_manager.settings import Settings

#: Back end → the variable that names another libvirt, as in the compiled scripts; what is asked without one.
VARIABLES = {"kvm": "MLN_LIBVIRT_URI", "lxc": "MLN_LXC_URI", "xen": "MLN_XEN_URI"}
_PLACES = {"lxc": "lxc:///system", "xen": "xen:///system"}
#: The driver in a URI that can run the machines of a back end.
_SCHEMES = {"kvm": ("qemu", "test"), "lxc": ("lxc", "test"), "xen": ("xen", "test")}
#: What a console shows once a guest has come up, where the guest has no agent.
_COME_UP = re.compile(rb"MLN-READY|[Rr]eached target (?:\S+ - )?Multi-User|\blogin: ")
#: Bytes of the path of a container's image, which libvirt attaches to a loop device.
_LOOP_NAME = 63
_DOMAIN, _FEATURES_END = '<domain type="kvm">', "  </features>\n"


class DomainDriver(BuildingDriver):
    """Machines of one back end; `name` is `kvm`, `lxc` or `xen`."""

    def __init__(self, name: str, settings: Settings) -> None:
        super().__init__(name, settings)
        self._links: dict[str, Link] = {}
        self._consoles: dict[str, Console] = {}

    # ---------------------------------------------------------------- where
    def uri(self, subject: Machine | Segment) -> str:
        """Where libvirt is asked: the environment, the server's `uri`, or what this user may use."""
        if given := os.environ.get(VARIABLES[self.name]):
            return given
        thing = subject.host if isinstance(subject, Machine) else subject.switch
        for server in subject.place.project.servers:
            if server.name == thing.service_host and server.uri and self._fits(server.uri):
                return server.uri
        return _PLACES.get(self.name) or _qemu()

    def _fits(self, uri: str) -> bool:
        return uri.partition(":")[0].partition("+")[0] in _SCHEMES[self.name]

    def link(self, subject: Machine | Segment) -> Link:
        """The connection for a machine or switch."""
        from mlnlang_manager.drivers.libvirt_link import Link

        return self._links.setdefault(uri := self.uri(subject), Link(uri))

    def _domain(self, machine: Machine) -> Any | None:
        """Ours, and not somebody else's of that name."""
        return self.link(machine).domain(machine_uuid(machine.identity))

    # ---------------------------------------------------------------- machines
    def needs(self, subject: Machine | Segment, phase: str) -> list[str]:
        """What this server lacks; libvirt must answer in every phase."""
        lacking = super().needs(subject, phase) if phase == "build" else []
        if isinstance(subject, Machine) and phase == "start":
            lacking += self._start_needs(subject)
        try:
            _ = self.link(subject).connection
        except DriverError as error:
            lacking.append(f"answer from libvirt ({error.message})")
        return lacking

    def build(self, machine: Machine, progress: Progress) -> None:
        """Disks, guest, pool, and the domain."""
        super().build(machine, progress)
        progress("defining the domain", 0.9)
        self._offer_pool(machine)
        self.link(machine).define(self.domain_text(machine))

    def start(self, machine: Machine, progress: Progress) -> None:
        """Define the domain anew, so that what was compiled last is what runs, and start it."""
        from mlnlang_manager.drivers.libvirt_link import Console

        if self.state(machine) in (State.UP, State.PAUSED):
            return
        _let_in(machine.place)
        link = self.link(machine)
        domain = link.define(self.domain_text(machine))
        progress("starting the domain")
        link.start(domain)
        self._consoles[machine.identity] = Console(link, domain)
        progress("booting", 0.3)

    def wait_ready(self, machine: Machine, timeout: float) -> bool:
        """Until the guest's agent answers, or the console shows that it is up; Windows can't tell."""
        from mlnlang_manager.drivers.libvirt_link import Console, agent_answers

        link, domain = self.link(machine), self._domain(machine)
        if domain is None or machine.host.family == "windows":
            return domain is not None
        console = self._consoles.pop(machine.identity, None) or Console(link, domain)

        def arrived() -> bool:
            if link.state(domain) is State.DOWN:
                raise DriverError("ended while it was starting", log=self._hypervisor_log(machine))
            return bool(_COME_UP.search(console.look())) or agent_answers(domain)

        try:
            return link.wait(arrived, timeout, step=0.3)
        finally:
            console.close()

    def stop(self, machine: Machine, timeout: float, *, force: bool = False) -> None:
        """Ask the guest by ACPI or its agent, then destroy the domain."""
        if console := self._consoles.pop(machine.identity, None):
            console.close()
        link, domain = self.link(machine), self._domain(machine)
        if domain is None or link.state(domain) is State.DOWN:
            return
        if not force:
            link.ask_to_end(domain)
            if link.wait(lambda: link.state(domain) is State.DOWN, timeout):
                return
        link.destroy(domain)

    def state(self, machine: Machine) -> State:
        """What libvirt says; a machine that it does not know is down when its disk is there."""
        domain = self._domain(machine)
        if domain is None:
            return State.DOWN if disks.root_exists(machine) else State.NOT_BUILT
        return self.link(machine).state(domain)

    def remove(self, machine: Machine) -> None:
        """Undefine the domain, then delete its disks and the pool that nothing lies in any more."""
        link, domain = self.link(machine), self._domain(machine)
        if domain is not None:
            if link.state(domain) is not State.DOWN:
                raise DriverError("is up; stop it first")
            link.undefine(domain)
        self.remove_disks(machine)
        self._withdraw_pool(machine)

    def console(self, machine: Machine) -> list[str]:
        """virsh, on the domain's first serial line."""
        return ["virsh", "-c", self.uri(machine), "console", machine.identity]

    def has_agent(self, machine: Machine) -> bool:
        """Whether QEMU's guest agent answers in the guest."""
        from mlnlang_manager.drivers.libvirt_link import agent_answers

        domain = self._domain(machine)
        return domain is not None and agent_answers(domain)

    def addresses(self, machine: Machine) -> list[str]:
        """Addresses of a running machine that its agent, a lease or the server's neighbours tell."""
        from mlnlang_manager.drivers.libvirt_link import addresses

        domain = self._domain(machine)
        return addresses(domain) if domain is not None else []

    def execute(self, machine: Machine, argv: list[str], timeout: float) -> tuple[int, bytes, bytes]:
        """Run a command in the guest by QEMU's guest agent. Raises DriverError where there is none."""
        from mlnlang_manager.drivers.libvirt_link import execute

        domain = self._domain(machine)
        if domain is None or not self.has_agent(machine):
            hint = "install qemu-guest-agent in its template"
            raise DriverError(f"no guest agent answers in {machine.identity}", hint=hint)
        return execute(domain, argv, timeout)

    def set_memory(self, machine: Machine, mib: int) -> bool:
        """By the balloon, up to what the domain was started with."""
        domain = self._domain(machine)
        return domain is not None and self.link(machine).set_memory(domain, mib)

    def set_vcpus(self, machine: Machine, count: int) -> bool:
        """Change the number of processors of a running machine; False where that takes a restart."""
        domain = self._domain(machine)
        return domain is not None and self.link(machine).set_vcpus(domain, count)

    def reconfigure(self, machine: Machine, progress: Progress) -> None:
        """Set the guest up again, and define the domain anew."""
        if self.state(machine) in (State.UP, State.PAUSED):
            raise DriverError("is up; stop it first")
        super().reconfigure(machine, progress)
        self.link(machine).define(self.domain_text(machine))

    def grow_disk(self, machine: Machine, size_bytes: int) -> bool:
        """Down: the image and its file system. Running: the disk; a bare file system in it by the guest's agent."""
        if self.state(machine) not in (State.UP, State.PAUSED):
            return disks.grow(machine, size_bytes)
        root = machine.host.root_disk
        if self.name != "kvm" or root is None or root.storage != "file" or root.source:
            return False
        return self._grow_running(machine, self._domain(machine), size_bytes)

    def _grow_running(self, machine: Machine, domain: Any, size_bytes: int) -> bool:
        from mlnlang_manager.drivers.libvirt_link import agent_answers, execute

        # With a kernel of its own the machine's disk is a file system; else it has partitions, the guest's own affair.
        bare = machine.host.kernel is not None
        if bare and not agent_answers(domain):
            return False
        target = "sda" if machine.host.family == "windows" else "vda"
        self.link(machine).resize(domain, target, size_bytes)
        return not bare or execute(domain, ["resize2fs", f"/dev/{target}"], 600)[0] == 0

    # ---------------------------------------------------------------- the compiled files
    def domain_text(self, machine: Machine) -> str:
        """domain.xml for this server, as the scripts' `domain_text` has it."""
        text = read(os.path.join(os.path.dirname(self.script(machine)), "domain.xml"))
        text = _with_folders(machine.place, text)
        if self.uri(machine).startswith("test:"):
            return re.sub(r'^<domain type="[a-z]+">$', '<domain type="test">', text, count=1, flags=re.MULTILINE)
        if os.environ.get("MLN_DOMAIN_TYPE", "kvm") == "qemu":
            cache = f'    <tcg><tb-cache unit="MiB">{os.environ.get("MLN_TB_CACHE", "32")}</tb-cache></tcg>\n'
            text = text.replace(_DOMAIN, '<domain type="qemu">', 1).replace(_FEATURES_END, cache + _FEATURES_END, 1)
        return text

    def _start_needs(self, machine: Machine) -> list[str]:
        from mlnlang_manager.images import plans

        kind = os.environ.get("MLN_DOMAIN_TYPE", "kvm")
        if self.name == "kvm" and kind not in ("kvm", "qemu"):
            return [f"kvm or qemu in MLN_DOMAIN_TYPE (found: {kind})"]
        if self.name == "kvm" and kind == "kvm" and self.uri(machine).startswith("qemu:///"):
            return (
                [] if os.path.exists("/dev/kvm") else ["file /dev/kvm (MLN_DOMAIN_TYPE=qemu does without it, slowly)"]
            )
        if self.name == "lxc":
            long = [p.path for p in plans.parts(machine) if not p.block and len(os.fsencode(p.path)) > _LOOP_NAME]
            said = "path of at most {} bytes, as libvirt has it for a container's image (found: {})"
            return [said.format(_LOOP_NAME, path) for path in long]
        return []

    def _hypervisor_log(self, machine: Machine) -> str:
        path = f"/var/log/libvirt/qemu/{machine.identity}.log"
        return path if self.name == "kvm" and os.path.exists(path) else ""

    def _pool(self, machine: Machine) -> tuple[str, str]:
        """Name and text of the pool that the root disk lies in; empty where there is none."""
        path = os.path.join(os.path.dirname(self.script(machine)), "pool.xml")
        text = _with_folders(machine.place, read(path)) if os.path.exists(path) else ""
        found = re.search(r"<name>(.*)</name>", text)
        return (found[1], text) if found and '<pool type="dir">' in text else ("", "")

    def _offer_pool(self, machine: Machine) -> None:
        from mlnlang_manager.drivers.libvirt_link import offer_pool

        name, text = self._pool(machine)
        if name:
            offer_pool(self.link(machine), name, text)

    def _withdraw_pool(self, machine: Machine) -> None:
        from mlnlang_manager.drivers.libvirt_link import withdraw_pool

        name, _ = self._pool(machine)
        if name:
            withdraw_pool(self.link(machine), name)


def _qemu() -> str:
    from mlnlang_manager.drivers.libvirt_link import system_socket

    return "qemu:///system" if os.geteuid() == 0 or system_socket() else "qemu:///session"


def read(path: str) -> str:
    """A compiled file. Raises DriverError."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError as error:
        raise DriverError(f"{path} can't be read: {error.strerror}", hint="build the project again") from None


def _with_folders(place: Place, text: str) -> str:
    """XML with this server's folders in place of the tokens."""
    from mlnlang_manager.images import plans

    for name in ("IMAGES", "FILES", "TEMPLATES"):
        folder = plans.real_path(place, f"/@MLN_{name}@/").rstrip("/")
        text = text.replace(f"/@MLN_{name}@", escape(folder, {'"': "&quot;"}))
    return text


def _let_in(place: Place) -> None:
    """QEMU runs as a user of its own, to whom libvirt gives the images, but not the way to them."""
    if os.path.isdir(place.images):
        os.chmod(place.images, os.stat(place.images).st_mode | 0o011)  # noqa: S103 - the way through, no more
