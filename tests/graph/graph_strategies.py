"""Networks of any kind, for properties."""

from __future__ import annotations

from hypothesis import strategies as st

_WAYS = ("slirp", "bridge br0", "bridge br1", "tun_iface tap7", "address dhcp", "")


@st.composite
def networks(draw: st.DrawFn, hosts: int = 24, switches: int = 7) -> str:
    """A project whose hosts are wired to switches, to ways out and to nothing, on some servers."""
    number = draw(st.integers(1, switches))
    servers = draw(st.integers(0, 3))
    lines = ["global { project any; uml }\n"]
    for host in range(draw(st.integers(0, hosts))):
        lines.append(f"host h{host} {{\n    template t.ext4\n")
        if servers:
            lines.append(f"    service_host s{draw(st.integers(1, servers))}\n")
        for card in range(draw(st.integers(0, 4))):
            way = draw(st.one_of(st.integers(0, number - 1).map(lambda n: f"switch n{n}"), st.sampled_from(_WAYS)))
            lines.append(f"    network eth{card} {{ {way}\n }}\n")
        lines.append("}\n")
    for switch in range(number):
        place = f"service_host s{draw(st.integers(1, servers))}" if servers and draw(st.booleans()) else ""
        lines.append(f"switch n{switch} {{ {place} }}\n")
    return "".join(lines)
