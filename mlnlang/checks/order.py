"""Boot order: machines that start before the ones they need."""

from __future__ import annotations

from collections.abc import Iterator

from mlnlang.checks.findings import Findings, place
from mlnlang.checks.site import Site, address_number
from mlnlang.diagnostics.network_rules import BOOT_ORDER
from mlnlang.ir import Host
from mlnlang.source import Span


def boot_order(site: Site, found: Findings) -> None:
    """A client that starts before its name server, gateway, iSCSI server or file server."""
    owners: list[dict[tuple[int, int], Host]] = [{} for _ in site.projects]
    names: list[dict[str, Host]] = [{} for _ in site.projects]
    for card in site.cards:
        if card.version:
            owners[card.project].setdefault((card.version, card.value), card.host)
    for number, host in site.hosts:
        names[number].update({host.name: host, site.projects[number].identity(host): host})
    for number, host in site.hosts:
        for whom, what, there in _needs(host):
            server = names[number].get(whom) or owners[number].get(address_number(whom))
            if server is None or server is host or server.boot_order <= host.boot_order:
                continue
            here = host.where.span("boot_order") if host.where.given("boot_order") else there
            later = server.where.span("boot_order") if server.where.given("boot_order") else server.where.span()
            found.report(
                BOOT_ORDER,
                here,
                f"`{host.name}` starts before its {what} `{server.name}`: {host.boot_order} before {server.boot_order}",
                related=[
                    place(later, f"`{server.name}` starts with {server.boot_order}"),
                    place(there, f"the {what} is named here") if there != here else None,
                ],
                help=f"give `{server.name}` a `boot_order` of at most {host.boot_order}",
            )
            break


def _needs(host: Host) -> Iterator[tuple[str, str, Span | None]]:
    """What a host needs: an address or name, what it is, where that is said."""
    if host.nameserver:
        yield host.nameserver, "name server", host.where.span("nameserver")
    for interface in host.interfaces:
        if interface.gateway:
            yield interface.gateway, "gateway", interface.where.span("gateway")
    for disk in host.disks:
        if disk.iscsi_server:
            yield disk.iscsi_server, "iSCSI server", disk.where.span("iscsi")
    for mount in host.mounts:
        server, colon, _ = mount.source.partition(":")
        if colon and mount.filesystem.startswith(("nfs", "cifs")):
            yield server, "file server", mount.where.span()
        elif mount.filesystem == "cifs" and mount.source.startswith("//"):
            yield mount.source[2:].partition("/")[0], "file server", mount.where.span()
