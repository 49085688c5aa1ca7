"""autoenum: many numbered hosts from one superclass (language, section 8; the article's Listing 6)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from itertools import cycle

from mlnlang.diagnostics import did_you_mean
from mlnlang.diagnostics.catalogue import BAD_LINE, OUTSIDE_SUBNET, PLUGIN_SETTING
from mlnlang.plugins.api import Changes, HostDraft, Plugin, ProjectView
from mlnlang.schema import BlockRow, Keyword, LineForm
from mlnlang.semantics.resolve import Resolved

#: Most hosts that one block may make: a slip of the pen should not fill the memory.
MOST = 10_000

_IN = ("autoenum",)


def expand(project: ProjectView) -> Changes:
    """Hosts for each `autoenum` block in `global`."""
    changes = Changes()
    for block in project.globals.blocks("autoenum"):
        _enumerate(project, block, changes)
    return changes


def _enumerate(project: ProjectView, block: Resolved, changes: Changes) -> None:
    origin = block.span()
    assert origin is not None
    number: int | None = block.value("numhosts")
    superclass: str | None = block.value("superclass")
    if number is None or superclass is None:
        missing = [key for key in ("superclass", "numhosts") if key not in block.settings]
        if missing and not project.incomplete:
            names = " and ".join(f"`{key}`" for key in missing)
            changes.problems.append(
                PLUGIN_SETTING.at(origin, f"autoenum needs {names}", help=f"add {names} to the block")
            )
        return
    if superclass not in project.superclasses:
        if not project.incomplete:
            changes.problems.append(
                PLUGIN_SETTING.at(
                    block.span("superclass"),
                    f"there is no superclass `{superclass}`",
                    help=did_you_mean(superclass, project.superclasses) or f"add `superclass {superclass} {{ … }}`",
                )
            )
        return
    addresses = _addresses(block, number, changes)
    if addresses is None:
        return
    prefix = block.value("hostprefix") or "node"
    width = len(str(number))
    servers = _servers(block, changes)
    password = block.text("autouser")
    for at in range(1, number + 1):
        name = f"{prefix}{at:0{width}}"
        settings = {"superclass": superclass}
        if (server := next(servers, None)) is not None:
            settings["service_host"] = server
        lines = {"users": [f"{name} {password}"]} if password else {}
        changes.hosts.append(HostDraft(name, origin, settings, dict(next(addresses)), lines))


def _addresses(
    block: Resolved, number: int, changes: Changes
) -> Iterator[dict[tuple[str, str], dict[str, str]]] | None:
    """For each host its `network eth0`: `net` + `addresses_begin` and on, or nothing without `address auto`."""
    if block.value("address") is None:
        return ({} for _ in range(number))
    net = block.text("net")
    if net is None:
        changes.problems.append(
            PLUGIN_SETTING.at(block.span("address"), "`address auto` needs `net`", help="add `net 10.0.0.0`")
        )
        return None
    subnet = _subnet(block, net, changes)
    if subnet is None:
        return None
    base = ip_address(net.partition("/")[0])
    begin: int = 1 if (given := block.value("addresses_begin")) is None else given
    last = int(base) + begin + number - 1
    top = int(subnet.broadcast_address) - (1 if base.version == 4 and subnet.prefixlen < 31 else 0)
    if last > top or int(base) + begin < int(subnet.network_address):
        fits = max(0, top - int(base) - begin + 1)
        changes.problems.append(
            OUTSIDE_SUBNET.at(
                block.span("numhosts"),
                f"{number} hosts, the first at {base} + {begin}, do not fit into {subnet}: there is room for {fits}",
                help="lower `numhosts` or `addresses_begin`, or give a wider `netmask`",
            )
        )
        return None
    mask = str(subnet.netmask) if base.version == 4 else str(subnet.prefixlen)
    return ({("network", "eth0"): {"address": str(base + begin + at), "netmask": mask}} for at in range(number))


def _subnet(block: Resolved, net: str, changes: Changes) -> IPv4Network | IPv6Network | None:
    plain, slash, length = net.partition("/")
    try:
        base: IPv4Address | IPv6Address = ip_address(plain)
        mask: int | None = block.value("netmask")
        bits = length if slash else str(mask if mask is not None else 24 if base.version == 4 else 64)
        return ip_network(f"{base}/{bits}", strict=False)
    except ValueError:
        changes.problems.append(
            PLUGIN_SETTING.at(block.span("net"), f"`{net}` is no network address", help="write it as in `net 10.0.0.0`")
        )
        return None


def _servers(block: Resolved, changes: Changes) -> Iterator[str]:
    """Servers in the order hosts get them: `HOST`, `HOST N`, `HOST all`; plain names start again from their head."""
    rows = []
    for entry, words in block.rows("service_hosts"):
        if len(words) > 1 and words[1] != "all" and not re.fullmatch("[0-9]{1,9}", words[1]):
            changes.problems.append(
                BAD_LINE.at(
                    entry.span(), f"`{words[1]}` is no number of hosts", help="the form is `SERVER [COUNT|all]`"
                )
            )
            continue
        rows.append(words)
    if rows and all(len(words) == 1 for words in rows):
        return cycle(words[0] for words in rows)
    return _counted(rows)


def _counted(rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    for words in rows:
        name, count = words[0], words[1] if len(words) > 1 else "1"
        if count == "all":
            while True:
                yield name
        for _ in range(int(count)):
            yield name


PLUGIN = Plugin(
    name="autoenum",
    doc="Makes numbered hosts from one superclass, with addresses and servers handed out in order.",
    expand=expand,
    order=10,
    blocks=(
        BlockRow(
            "autoenum",
            ("global",),
            "autoenum",
            "Numbered hosts from one superclass. May be repeated with a name.",
            may_be_named=True,
            example="autoenum { superclass node; numhosts 36 }",
            plugin="autoenum",
        ),
        BlockRow(
            "service_hosts",
            _IN,
            "service_hosts",
            "The servers that the hosts are spread over.",
            body="lines",
            line=LineForm("SERVER [COUNT|all]"),
            example="service_hosts { milano 12 }",
            plugin="autoenum",
        ),
    ),
    keywords=(
        Keyword(
            "superclass",
            _IN,
            "name",
            "What the hosts inherit.",
            "superclass cluster-node",
            refers_to="superclass",
            plugin="autoenum",
        ),
        Keyword("numhosts", _IN, "number", "How many hosts.", "numhosts 36", least=0, most=MOST, plugin="autoenum"),
        Keyword(
            "hostprefix",
            _IN,
            "word",
            "Names are this and a number.",
            "hostprefix node",
            default="node",
            plugin="autoenum",
        ),
        Keyword(
            "address",
            _IN,
            "choice",
            "Give out addresses on eth0.",
            "address auto",
            choices=("auto",),
            plugin="autoenum",
        ),
        Keyword(
            "addresses_begin",
            _IN,
            "number",
            "The first host gets `net` and this much.",
            "addresses_begin 150",
            default="1",
            least=0,
            most=2**31,
            plugin="autoenum",
        ),
        Keyword("net", _IN, "word", "The network's address.", "net 10.0.0.0", plugin="autoenum"),
        Keyword(
            "netmask",
            _IN,
            "netmask",
            "The network's mask.",
            "netmask 255.255.255.0",
            default="255.255.255.0",
            plugin="autoenum",
        ),
        Keyword(
            "autouser",
            _IN,
            "text",
            "Each host gets an account of its own name with this password.",
            "autouser HASH",
            secret=True,
            plugin="autoenum",
        ),
    ),
)
