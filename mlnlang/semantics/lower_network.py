"""Network cards of a host: addresses, segments, hardware addresses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mlnlang.diagnostics import Edit, Fix, Related
from mlnlang.diagnostics.catalogue import BAD_NETMASK, MISSING_NETMASK
from mlnlang.ir import BackEnd, Interface, derive
from mlnlang.schema import Address
from mlnlang.semantics.resolve import Resolved

if TYPE_CHECKING:
    from mlnlang.semantics.lower import Lowering


def interfaces(run: Lowering, host: Resolved, backend: BackEnd) -> tuple[Interface, ...]:
    """The cards, in the order they were first written: a superclass's before the host's own."""
    return tuple(_interface(run, host, card, backend) for card in host.blocks("network"))


def _interface(run: Lowering, host: Resolved, card: Resolved, backend: BackEnd) -> Interface:
    value = card.value
    mac = value("mac")
    address: Address | None = value("address")
    static = address is not None and address.text != "dhcp"
    length = _prefix_length(run, host, card, address) if address is not None and static else None
    switch = card.text("switch") or None
    slirp = value("slirp")
    auto = value("auto")
    return Interface(
        name=card.name,
        mac=mac or derive.mac(backend, f"{host.name}.{run.project.name}", card.name),
        mac_given=mac is not None,
        switch=switch if switch in run.project.switches else None,
        socket=switch if switch and switch.startswith("/") else None,
        bridge=value("bridge"),
        address=address.text if address else None,
        prefix_length=length,
        netmask=dotted(length) if address and address.version == 4 and length is not None else None,
        broadcast=value("broadcast") if static else None,
        gateway=value("gateway") if address else None,
        slirp=bool(slirp),
        slirp_path=slirp if isinstance(slirp, str) else None,
        tun_interface=value("tun_iface"),
        tun_address=value("tun_address"),
        start_at_boot=auto is not False,
        where=card,
    )


def _prefix_length(run: Lowering, host: Resolved, card: Resolved, address: Address) -> int:
    """The length from the address, else from the netmask, else what most networks have."""
    mask: int | None = card.value("netmask")
    most = 32 if address.version == 4 else 128
    if mask is not None and (mask > most or (address.prefix_length is not None and mask != address.prefix_length)):
        here, there = card.span("netmask"), card.span("address")
        run.report(
            BAD_NETMASK.at(
                here,
                f"this netmask does not fit the address `{address.text}/{address.prefix_length}`"
                if address.prefix_length is not None
                else f"this netmask is too long for an IPv{address.version} address",
                related=[Related(there, "the address is given here")] if there else [],
                help="keep one of the two" if address.prefix_length is not None else f"a length from 0 to {most}",
            )
        )
        mask = None
    if address.prefix_length is not None:
        return address.prefix_length
    if mask is not None:
        return mask
    if "netmask" in card.settings:  # it is faulty, and was reported
        return 24 if address.version == 4 else 64
    assumed = 24 if address.version == 4 else 64
    if run.is_incomplete() or any(section.broken for section in host.sections):
        return assumed  # what is missing may say it
    span = card.span("address")
    run.report(
        MISSING_NETMASK.at(
            span,
            f"the address `{address.text}` has no netmask: /{assumed} is taken",
            help=f"write `{address.text}/{assumed}`",
            fix=Fix(f"write `{address.text}/{assumed}`", (Edit(span, f"{address.text}/{assumed}"),), safe=True)
            if span
            else None,
        )
    )
    return assumed


def dotted(length: int) -> str:
    """A netmask of IPv4 as four numbers."""
    bits = (0xFFFFFFFF << (32 - length)) & 0xFFFFFFFF
    return ".".join(str(bits >> shift & 255) for shift in (24, 16, 8, 0))
