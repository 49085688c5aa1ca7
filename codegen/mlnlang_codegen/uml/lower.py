"""A host or switch of User-Mode Linux, lowered to a command line and a control script."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from mlnlang.ir import Host, Interface, Switch
from mlnlang_codegen import storage
from mlnlang_codegen.backend import Artefact, Lowered
from mlnlang_codegen.control import host_values
from mlnlang_codegen.guest import Devices
from mlnlang_codegen.guest import lower as lower_guest
from mlnlang_codegen.guest.ready import with_ready
from mlnlang_codegen.quoting import CannotCarryError, device, kernel_parameter, one_line, sh, uml_field
from mlnlang_codegen.site import Site
from mlnlang_codegen.uml import names

KERNEL = "linux.uml"
#: UML's own limit for the name of a machine is 64 bytes with the end.
_UMID_LENGTH = 60
#: Linux's limit for the name of a network device, without the end.
_DEVICE_LENGTH = 15
#: Ports that a vde_switch has of itself.
_PORTS = 32


def umid(identity: str) -> str:
    """The machine's name for UML: `host.project`, a digest in place of the end of very long ones."""
    if len(identity) <= _UMID_LENGTH:
        return identity
    return f"{identity[: _UMID_LENGTH - 13]}-{sha256(identity.encode()).hexdigest()[:12]}"


def socket_of(switch: Switch) -> str:
    """A switch's socket: as given, else one in the run folder, relative to it."""
    return one_line(switch.socket, "socket") if switch.socket else f"switches/{switch.name}.ctl"


def _network_device(text: str, keyword: str) -> str:
    if len(text) > _DEVICE_LENGTH:
        raise CannotCarryError(keyword, f"{text!r} is longer than {_DEVICE_LENGTH} characters")
    return device(text, keyword)


def _derived_device(identity: str) -> str:
    return "mln" + sha256(identity.encode()).hexdigest()[:10]


def tap_name(identity: str, interface: Interface) -> str:
    """The TAP device of an interface: as given, else derived from its names."""
    if interface.tun_interface:
        return _network_device(interface.tun_interface, "tun_iface")
    return _derived_device(f"{identity}/{interface.name}")


def uses_tap(interface: Interface) -> bool:
    """Whether an interface is a TAP device of the server, on a bridge or by itself."""
    return bool(interface.tun_interface or interface.tun_address or interface.bridge) and not interface.slirp


def switch_of(site: Site, interface: Interface) -> Switch | None:
    """The project's switch that an interface is plugged into; not one that it reaches by a socket of its own."""
    if interface.slirp or interface.socket or uses_tap(interface):
        return None
    return site.switch_of(interface)


def kernels_of(site: Site, switch: Switch) -> str:
    """The kernels of the machines on a switch, as words of sh: they decide whether it is a process or a bridge."""
    kernels = {kernel or KERNEL for backend, kernel in site.kernels[switch.name] if backend == "uml"}
    return " ".join(sh(one_line(kernel, "kernel")) for kernel in sorted(kernels or {KERNEL}))


def is_wired(site: Site, interface: Interface) -> bool:
    """Whether an interface leads anywhere: UML makes no card that doesn't."""
    return bool(site.switch_of(interface) or interface.socket or interface.slirp or uses_tap(interface))


def card(site: Site, host: Host, number: int, interface: Interface) -> str:
    """A card as a word of sh for the command line; where it depends on the kernel, lib/umlnet.sh has the word."""
    mac = uml_field(interface.mac, "mac")
    if interface.slirp:
        return sh(f"eth{number}=slirp,{mac},{uml_field(interface.slirp_path or 'slirp', 'slirp')}")
    switch = switch_of(site, interface)
    if switch is None and not uses_tap(interface):
        return sh(f"eth{number}=daemon,{mac},unix,{uml_field(interface.socket or '', 'socket')}")
    words = [str(number), mac, tap_name(site.identity(host), interface)]
    words += [switch.name, uml_field(socket_of(switch), "socket")] if switch else []
    return '"$(card ' + " ".join(sh(word) for word in words) + ')"'


def _disk_argument(index: int, volume: storage.Volume) -> str:
    # Quoted twice: for the shell, and for the kernel, which splits its command line at blanks.
    kernel_parameter(volume.path, volume.role)
    paths = ",".join(filter(None, (volume.word, volume.base_word)))
    return f"ubd{chr(ord('a') + index)}='\"'{paths}'\"'"


def command_words(site: Site, host: Host, volumes: list[storage.Volume]) -> list[str]:
    """The words of the command line after the kernel's name, quoted for sh."""
    words = [f"umid={umid(site.identity(host))}", "uml_dir=uml/", f"mem={host.memory_mib}M"]
    words += [_disk_argument(index, volume) for index, volume in enumerate(volumes)]
    wired = [interface for interface in host.interfaces if is_wired(site, interface)]
    words += [card(site, host, n, interface) for n, interface in enumerate(wired)]
    if host.term in ("screen", "xterm"):
        words += ["con=null", "con0=fd:0,fd:1"]
    else:
        words += ["con=null", "con0=null,fd:1", "con1=pts"]
    words += ["root=/dev/ubda", "rw", "noreboot"]
    if host.ramdisk:
        words.append(sh(f"initrd={kernel_parameter(host.ramdisk, 'ramdisk')}"))
    if host.kernel_extra:
        words += [sh(part) for part in one_line(host.kernel_extra, "extra").split()]
    return words


def devices_of(volumes: list[storage.Volume]) -> Devices:
    """Block devices as the guest sees them: ubda, ubdb and on."""
    if len(volumes) > 16:
        raise CannotCarryError("mount", "User-Mode Linux has 16 disks at most")
    names = {volume.source: f"/dev/ubd{chr(ord('a') + n)}" for n, volume in enumerate(volumes)}
    swap = next((f"/dev/ubd{chr(ord('a') + n)}" for n, v in enumerate(volumes) if v.role == "swap"), None)
    return Devices("/dev/ubda", swap, names)


def _tap_lines(site: Site, host: Host) -> tuple[list[str], list[str]]:
    """Lines of sh that make and remove the TAP devices of a host."""
    up, down = [], []
    user = sh(one_line(host.sudo or "", "sudo"))
    for interface in host.interfaces:
        name = tap_name(site.identity(host), interface)
        switch = switch_of(site, interface)
        if switch:
            up.append(f"plug_up {name} {sh(switch.name)} {user} {kernels_of(site, switch)}")
        elif uses_tap(interface):
            fields = (interface.tun_address or "", interface.bridge or "")
            up.append(f"tap_up {name} " + " ".join(sh(one_line(field, "bridge")) for field in fields) + f" {user}")
        else:
            continue
        down.append(f"tap_down {name}")
    return up, down


def _card_needs(site: Site, host: Host) -> Iterator[str]:
    """Lines of sh that ask whether the kernel and the server can wire the cards of a host."""
    for interface in host.interfaces:
        switch = switch_of(site, interface)
        if switch:
            yield f"need_plug {sh(switch.name)} {kernels_of(site, switch)}"
        elif uses_tap(interface):
            yield "need_tap"
        elif interface.slirp:
            yield "need_transport UML_NET_SLIRP slirp"
        elif interface.socket:
            yield 'need_transport UML_NET_DAEMON "a switch\'s socket"'


def _run_commands(host: Host, kernel: str, has_taps: bool) -> list[str]:
    commands = [kernel, "ps", "setsid", "timeout", "uml_mconsole"]
    commands += [host.term] if host.term in ("screen", "xterm") else []
    commands += ["ip"] if has_taps else []
    commands += ["sudo"] if host.sudo else []
    return commands + [i.slirp_path or "slirp" for i in host.interfaces if i.slirp]


def lower_host(site: Site, host: Host) -> Lowered:
    """Command line, control script and guest of a host."""
    volumes = storage.volumes(site, host)
    if not volumes or volumes[0].role != "root":
        raise CannotCarryError("template", "the host has no disk to start from")
    kernel = one_line(host.kernel or KERNEL, "kernel")
    guest = names.with_names(lower_guest(site.project, host, devices_of(volumes)), host)
    guest = with_ready(guest, host, "/proc/mconsole")
    up, down = _tap_lines(site, host)
    identity = site.identity(host)
    overlay = [kernel, "timeout", "uml_mkcow"] if volumes[0].base_word else []
    control = {
        **host_values(
            site,
            host,
            volumes,
            guest,
            build=overlay,
            run=_run_commands(host, kernel, any(uses_tap(i) for i in host.interfaces)),
            run_files=[host.ramdisk],
        ),
        "umid": umid(identity),
        "shared": bool(host.sudo),
        "kernel": sh(kernel),
        "card_needs": list(dict.fromkeys(_card_needs(site, host))),
        "taps_up": up,
        "taps_down": down,
        "term": host.term if host.term in ("screen", "xterm") else "none",
        "color": sh(one_line(host.color or "lightgrey", "color")),
    }
    words = command_words(site, host, volumes)
    command = {"identity": identity, "kernel": sh(kernel), "prefix": _prefix(host), "words": words}
    artefacts = (
        Artefact("control.sh", "uml/control.sh.j2", control, 0o755),
        Artefact("command.sh", "uml/command.sh.j2", command, 0o755),
    )
    return Lowered(artefacts, guest)


def _prefix(host: Host) -> str:
    words = [f"nice -n {host.nice}"] if host.nice is not None else []
    if host.sudo:
        words.append(f"sudo -n -u {sh(one_line(host.sudo, 'sudo'))} --")
    return "".join(word + " " for word in words)


def lower_switch(site: Site, switch: Switch) -> Lowered:
    """The control script of a switch: a process, or a bridge, as the kernels of its machines and the server have it."""
    identity = f"{switch.name}.{site.project.name}"
    tap = _network_device(switch.tap, "tap") if switch.tap else ""
    who = [sh(one_line(field or "", "owner")) for field in (switch.owner, switch.group, switch.sudo)]
    plugs = sum(i.switch == switch.name for host in site.wired[switch.name] for i in host.interfaces)
    values = {
        "name": switch.name,
        "identity": identity,
        "socket": sh(socket_of(switch)),
        "bridge": _network_device(switch.bridge, "switch"),
        "kernels": kernels_of(site, switch),
        "external": switch.external,
        "who": " ".join(who),
        "hub": switch.hub,
        "plug": f"{sh(tap)} {_derived_device(f'{identity}/tap')}",
        # Room for the machines of others, who know the socket.
        "ports": _PORTS + plugs,
        "options": (["-hub"] if switch.hub else []) + (["-tap", sh(tap)] if tap else []),
        "sudo": bool(switch.sudo),
    }
    return Lowered((Artefact("control.sh", "uml/switch.sh.j2", values, 0o755),))
