"""What a host, superclass, switch or server is, in a few lines of Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from mlnlang.backends import BY_NAME
from mlnlang.ide.layers import shown
from mlnlang.ide.resolving import heirs, host_named, switch_named, wired
from mlnlang.ide.scene import Scene
from mlnlang.ide.segments import segment
from mlnlang.ir import Host, Interface, Server
from mlnlang.schema.units import show_bytes, show_memory
from mlnlang.source import Span

#: How a place is shown: with a link where the editor can follow one.
Link = Callable[[Span], str]
_MOST = 12


def place(span: Span) -> str:
    """`path:line:column`, for those who can't follow links."""
    return f"`{span.place()}`"


def summary_of(scene: Scene, kind: str, name: str, link: Link = place) -> str:
    """What is known of a name; empty where nothing is."""
    section = scene.symbols.table(kind).get(name) if kind in ("host", "superclass", "switch", "server") else None
    makers = {"host": _host, "superclass": _superclass, "switch": _switch, "server": _server}
    if section is None and kind == "server" and name in scene.config.servers:
        section = scene.config.servers[name].own
    if section is None:
        return ""
    lines = [line for line in makers[kind](scene, name) if line]
    made = " (made by a plugin)" if section.origin is not None else ""
    head = f"**{kind} `{name}`** — {link(section.name_span())}{made}"
    return "\n\n".join([head, "\n".join(f"- {line}" for line in lines)]).rstrip()


def _host(scene: Scene, name: str) -> Iterator[str]:
    host = host_named(scene, name)
    project = scene.ir
    if host is None or project is None:
        return
    processors = "1 processor" if host.vcpus == 1 else f"{host.vcpus} processors"
    yield f"`{project.identity(host)}` for {BY_NAME[host.backend].title}, {show_memory(host.memory_mib)}, {processors}"
    if host.chain:
        yield "Inherits " + " → ".join(f"`{each}`" for each in host.chain)
    if host.template:
        yield f"Template `{host.template}`"
    if host.service_host:
        yield f"Runs on `{host.service_host}`"
    for card in host.interfaces:
        yield card_text(card)


def card_text(card: Interface) -> str:
    """`eth0`: address, and what it is wired to."""
    address = card.address or "no address"
    if card.prefix_length is not None and card.address not in (None, "dhcp"):
        address = f"{card.address}/{card.prefix_length}"
    to = card.switch or card.bridge or card.socket or card.tun_interface or ("slirp" if card.slirp else "")
    wire = f" on `{to}`" if to else ", not wired"
    gateway = f", gateway {card.gateway}" if card.gateway else ""
    return f"`{card.name}`: {address}{wire}{gateway}"


def _superclass(scene: Scene, name: str) -> Iterator[str]:
    section = scene.symbols.superclasses.get(name)
    above = [level.name for level in section.chain()][1:] if section else []
    if above:
        yield "Inherits " + " → ".join(f"`{each}`" for each in above)
    if scene.ir is not None:
        yield counted("host", [host.name for host in heirs(scene, name)], "inherits from it", "inherit from it")
    if section is not None and scene.resolved is not None:
        live = scene.resolved.symbols.superclasses.get(name)
        block = scene.resolved.resolve_superclass(live) if live else None
        words = [word for word in block.settings if word not in ("", "superclass")][:_MOST] if block else []
        if block and words:
            yield "Sets " + ", ".join(f"`{word}` {shown(word, block)}" for word in words if not _secret(block, word))


def _secret(block: object, word: str) -> bool:
    row = getattr(block, "keywords", {}).get(word)
    return bool(row and row.secret)


def _switch(scene: Scene, name: str) -> Iterator[str]:
    switch = switch_named(scene, name)
    project = scene.ir
    if switch is None or project is None:
        return
    yield f"{BY_NAME[switch.backend].title}, bridge `{switch.bridge}`" + (", a hub" if switch.hub else "")
    if switch.service_host:
        yield f"Runs on `{switch.service_host}`"
    known = segment(project, name)
    for net, count in known.nets.most_common(_MOST):
        yield f"`{net}`: {count} address{'' if count == 1 else 'es'}"
    free = known.free()
    if free:
        yield f"Next free address: `{free[0][0]}/{free[0][1]}`"
    cards = [(host, card) for host in wired(scene, name) for card in host.interfaces if card.switch == name]
    yield counted("card", [f"{host.name} {card.name}" for host, card in cards], "is wired to it", "are wired to it")


def _server(scene: Scene, name: str) -> Iterator[str]:
    project = scene.ir
    if project is None:
        return
    server = next((each for each in project.servers if each.name == name), None)
    if server is not None and (has := ", ".join(_gives(server))):
        yield f"Has {has}"
    hosts = [host for host in project.hosts if host.service_host == name]
    yield counted("host", [host.name for host in hosts], "runs on it", "run on it")
    if hosts:
        yield f"They take {show_memory(sum(host.memory_mib for host in hosts))}"


def _gives(server: Server) -> Iterator[str]:
    if server.memory_mib:
        yield f"{show_memory(server.memory_mib)} of memory"
    if server.cpus:
        yield f"{server.cpus} processors"
    if server.storage_bytes:
        yield f"{show_bytes(server.storage_bytes)} of storage"


def counted(what: str, names: Iterable[str], one: str, many: str) -> str:
    """`3 hosts inherit from it: a, b, c`; the names up to a number that can be read."""
    listed = list(names)
    if not listed:
        return f"No {what} {one}"
    head = f"1 {what} {one}" if len(listed) == 1 else f"{len(listed)} {what}s {many}"
    more = f" and {len(listed) - _MOST} more" if len(listed) > _MOST else ""
    return f"{head}: {', '.join(f'`{name}`' for name in listed[:_MOST])}{more}"


def host_line(host: Host) -> str:
    """`10.0.0.2/24, 256 MiB`: what tells a host from its neighbours."""
    addresses = [card.address for card in host.interfaces if card.address]
    return ", ".join([*addresses, show_memory(host.memory_mib)])
