"""Features of the language that not every back end carries, and what is said where one is asked for in vain."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from mlnlang.backends import CLOUDS
from mlnlang.diagnostics import Diagnostic
from mlnlang.diagnostics.catalogue import NO_BACK_END_YET, NOT_CARRIED
from mlnlang.ir import Host, Interface, Project, Switch
from mlnlang.source import Span
from mlnlang_codegen.backend import BackEnd
from mlnlang_codegen.carried import Carried, switch_back_end
from mlnlang_codegen.guest import accounts, cloud, family
from mlnlang_codegen.registry import PACKAGES, back_end
from mlnlang_codegen.site import Site


@dataclass(frozen=True, slots=True)
class Feature:
    """A row: a feature's name in the tables, the keyword that asks for it, and whether a thing does."""

    name: str
    keyword: str
    asked: Callable[[Host], object]


@dataclass(frozen=True, slots=True)
class WireFeature:
    """The same for an interface, of a host."""

    name: str
    keyword: str
    asked: Callable[[Host, Interface], object]


@dataclass(frozen=True, slots=True)
class SwitchFeature:
    """The same for a switch."""

    name: str
    keyword: str
    asked: Callable[[Switch], object]


def _root(host: Host, storage: str) -> bool:
    root = host.root_disk
    return bool(root and root.storage == storage)


def _display(field: str) -> Callable[[Host], object]:
    return lambda host: host.display is not None and getattr(host.display, field) is not None


def _guest_setup(host: Host) -> bool:
    return family.of(host) == "windows"


def _is_hashed(password: str | None) -> bool:
    return password is not None and accounts.is_hashed(password)


#: Networks of VMware, which `bridge` may name there.
_VMNET = re.compile(r"(?:/dev/)?vmnet[0-9]{1,3}")

HOST_FEATURES = (
    Feature("hvm", "hvm", lambda h: h.hvm),
    Feature("vcpus", "vcpus", lambda h: h.vcpus != 1),
    Feature("cpus", "cpus", lambda h: h.cpus),
    Feature("UEFI", "firmware", lambda h: h.firmware == "uefi"),
    Feature("cloud-init", "cloud_init", lambda h: h.cloud_init),
    Feature("kernel", "kernel", lambda h: h.kernel),
    Feature("ramdisk", "ramdisk", lambda h: h.ramdisk),
    Feature("extra", "extra", lambda h: h.kernel_extra),
    Feature("ramdisk without kernel", "ramdisk", lambda h: h.ramdisk and not h.kernel),
    Feature("extra without kernel", "extra", lambda h: h.kernel_extra and not h.kernel),
    Feature("odd memory", "memory", lambda h: h.memory_mib % 4),
    Feature("display number", "vncdisplay", _display("number")),
    Feature("display password", "vncpasswd", _display("password")),
    Feature("long display password", "vncpasswd", lambda h: h.display and len((h.display.password or "").encode()) > 8),
    Feature("display key map", "vnckeymap", _display("keymap")),
    Feature("terminal", "term", lambda h: h.term in ("xterm", "screen")),
    Feature("terminal colour", "color", lambda h: h.color),
    Feature("nice", "nice", lambda h: h.nice is not None),
    Feature("owner", "owner", lambda h: h.owner),
    Feature("group", "group", lambda h: h.group),
    Feature("sudo", "sudo", lambda h: h.sudo),
    Feature("logical volume", "lvm", lambda h: _root(h, "lvm")),
    Feature("remote LVM", "lvm", lambda h: any("lock" in (d.lvm_options or "").split() for d in h.disks)),
    Feature("volume snapshot", "lvm_snapshot", lambda h: any(d.snapshot for d in h.disks)),
    Feature("image folder", "filepath", lambda h: any(d.directory for d in h.disks)),
    Feature("existing disk", "filesystem", lambda h: _root(h, "device")),
    Feature("copy-on-write", "cow_filesystem", lambda h: any(d.cow_base for d in h.disks)),
    Feature("iSCSI", "iscsi", lambda h: any(d.storage == "iscsi" for d in h.disks)),
    Feature("swap", "swap", lambda h: any(d.role == "swap" for d in h.disks)),
    Feature("block device", "mount", lambda h: any(m.source.startswith("/dev/") for m in h.mounts)),
    Feature("hostfs", "mount", lambda h: any(m.filesystem == "hostfs" for m in h.mounts)),
    Feature("Xen lines", "xen_extra", lambda h: h.xen_extra),
    Feature("user data", "user_data", lambda h: h.user_data and not cloud.is_carried(h)),
    Feature("Windows", "template", _guest_setup),
    Feature("Windows users", "users", lambda h: h.users and _guest_setup(h)),
    Feature("Windows groups", "groups", lambda h: h.groups and _guest_setup(h)),
    Feature("Windows root password", "root_passwd", lambda h: _guest_setup(h) and _is_hashed(h.root_password)),
    Feature("Windows files", "files", lambda h: h.files and _guest_setup(h)),
    Feature("Windows start-up lines", "startup", lambda h: h.startup and _guest_setup(h)),
    Feature("Windows shutdown lines", "shutdown", lambda h: h.shutdown and _guest_setup(h)),
    Feature("Windows name server", "nameserver", lambda h: h.nameserver and _guest_setup(h)),
)

INTERFACE_FEATURES = (
    WireFeature("bridge", "bridge", lambda _, i: i.bridge and not _VMNET.fullmatch(i.bridge)),
    WireFeature("switch socket", "switch", lambda _, i: i.socket),
    WireFeature("slirp", "slirp", lambda _, i: i.slirp),
    WireFeature("TAP interface", "tun_iface", lambda _, i: i.tun_interface),
    WireFeature("TAP address", "tun_address", lambda _, i: i.tun_address),
    WireFeature(
        "unwired interface",
        "",
        lambda _, i: not (i.switch or i.socket or i.bridge or i.slirp or i.tun_interface or i.tun_address),
    ),
    WireFeature("Windows address", "address", lambda h, i: i.address not in (None, "dhcp") and _guest_setup(h)),
)

SWITCH_FEATURES = (
    SwitchFeature("hub", "hub", lambda s: s.hub),
    SwitchFeature("switch socket", "socket", lambda s: s.socket),
    SwitchFeature("external switch", "socket", lambda s: s.external),
    SwitchFeature("switch TAP", "tap", lambda s: s.tap),
    SwitchFeature("switch owner", "owner", lambda s: s.owner),
    SwitchFeature("switch group", "group", lambda s: s.group),
    SwitchFeature("switch sudo", "sudo", lambda s: s.sudo),
)

ALL_FEATURES = tuple(row.name for row in (*HOST_FEATURES, *INTERFACE_FEATURES, *SWITCH_FEATURES))


class Report:
    """Diagnostics, one a cause: what stands at the same place is said once. `hosts`: who gave cause."""

    def __init__(self) -> None:
        self.found: dict[object, Diagnostic] = {}
        self.hosts: set[str] = set()

    def add(self, back: BackEnd, feature: str, keyword: str, span: Span | None, who: str) -> None:
        support = back.capabilities[feature]
        if support.level == "full":
            return
        key = (back.name, feature, span)
        if key in self.found:
            return
        what = f"`{keyword}`" if keyword else f"an {feature}"
        message = f"{back.title} does not carry {what} ({who}): {support.why}"
        if support.level == "partial":
            message = f"{back.title} carries {what} in part ({who}): {support.why}"
        severity = "note" if support.level == "partial" else NOT_CARRIED.severity
        self.found[key] = NOT_CARRIED.at(span, message, severity=severity)


def unsupported(project: Project, some: Iterable[Host] | None = None) -> Report:
    """What hosts (all, or some of them) and switches ask of back ends that don't carry it."""
    report = Report()
    for host in project.hosts if some is None else some:
        back = back_end(host.backend)
        if back:
            _ask_host(report, back, host)
    site = Site(project)
    for switch in project.switches:
        back = switch_back_end(site, switch)
        if back:
            for row in SWITCH_FEATURES:
                if row.asked(switch):
                    report.add(back, row.name, row.keyword, switch.where.span(row.keyword), f"switch {switch.name}")
    return report


def _ask_host(report: Report, back: BackEnd, host: Host) -> None:
    # Most back ends carry most of it: only rows that could be reported are asked.
    who = f"host {host.name}"
    for row in HOST_FEATURES:
        if back.capabilities[row.name].level != "full" and row.asked(host):
            report.hosts.add(host.name)
            report.add(back, row.name, row.keyword, host.where.span(row.keyword), who)
    for wire in INTERFACE_FEATURES:
        if back.capabilities[wire.name].level == "full":
            continue
        for interface in host.interfaces:
            if wire.asked(host, interface):
                report.hosts.add(host.name)
                report.add(
                    back, wire.name, wire.keyword, interface.where.span(wire.keyword), f"{who}, {interface.name}"
                )


def refused(lot: Carried) -> list[Diagnostic]:
    """Values that a syntax can't hold: errors, and their hosts are left out of the plan."""
    found: dict[object, Diagnostic] = {}
    for refusal in lot.refusals:
        thing, error = refusal.thing, refusal.error
        kind = {Host: "host", Switch: "switch", Project: "project"}[type(thing)]
        span = thing.where.span(error.keyword) or thing.where.span()
        about = f"`{error.keyword}` of " if error.keyword else ""
        message = f"{about}{kind} {thing.name!r} can't be written for its back end: {error.reason}"
        key = (span, error.reason) if span else (kind, thing.name)
        found.setdefault(key, NOT_CARRIED.at(span, message, severity="error"))
    return list(found.values())


def not_yet(project: Project) -> Iterator[Diagnostic]:
    """One note for each back end that nobody has written yet."""
    missing: dict[str, list[Host]] = {}
    for host in project.hosts:
        if host.backend not in PACKAGES and host.backend not in CLOUDS:
            missing.setdefault(host.backend, []).append(host)
    for name, hosts in sorted(missing.items()):
        count = f"{len(hosts)} hosts are" if len(hosts) > 1 else "1 host is"
        message = f"no code generator for {name} yet: {count} checked, and left out when compiling"
        yield NO_BACK_END_YET.at(hosts[0].where.span(), message)
