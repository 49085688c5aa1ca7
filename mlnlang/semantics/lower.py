"""From resolved blocks to the IR: hosts, switches, servers (language, sections 6 and 7)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from mlnlang.backends import CLOUDS, FLAGS, can_meet, mates
from mlnlang.diagnostics import Diagnostic, Related
from mlnlang.diagnostics.catalogue import BAD_VALUE, CANNOT_MEET, CLOUD_ONLY, MISSING_TEMPLATE, TWO_BACK_ENDS
from mlnlang.ir import BackEnd, Host, Project, Server, Switch, derive
from mlnlang.schema.core import HOOKS
from mlnlang.semantics.additions import Additions
from mlnlang.semantics.config import Config
from mlnlang.semantics.lower_disks import disks, mounts
from mlnlang.semantics.lower_guest import display, files, groups, users
from mlnlang.semantics.lower_network import interfaces
from mlnlang.semantics.resolve import Resolved, ResolvedProject
from mlnlang.source import Span

if TYPE_CHECKING:
    from mlnlang.semantics.reuse import Reuse


@dataclass
class Lowering:
    """A run of the lowering: where defaults come from, and what was found on the way, each place once."""

    project: ResolvedProject
    config: Config
    additions: Additions
    problems: list[Diagnostic] = field(default_factory=list)
    #: How often something was to be reported, or was not since the text is incomplete; also what was reported already.
    reports: int = 0
    _seen: set[tuple[object, ...]] = field(default_factory=set)

    def is_incomplete(self) -> bool:
        """Whether something is left out of the text, so that nothing may be said about what is absent."""
        self.reports += self.project.symbols.incomplete
        return self.project.symbols.incomplete

    def report(self, problem: Diagnostic) -> None:
        """Keep a problem unless the same was found at the same place: hosts share their superclass's lines."""
        self.reports += 1
        span = problem.span
        key = (problem.code, span and (span.file.path, span.start, span.end))
        if key not in self._seen:
            self._seen.add(key)
            self.problems.append(problem)


def lower(
    project: ResolvedProject, config: Config, additions: Additions, reuse: Reuse | None = None
) -> tuple[Project, list[Diagnostic]]:
    """The IR of a resolved project. Never fails: what can't be said is left out and reported."""
    run = Lowering(project, config, additions)
    default = _project_back_end(run)
    hosts = _hosts(run, default, reuse)
    wired = _first_wired(hosts)
    switches = tuple(_switch(run, resolved, wired.get(name, default)) for name, resolved in project.switches.items())
    _check_meetings(run, hosts, {switch.name: switch for switch in switches})
    _note_clouds(run, hosts)
    servers = {**config.servers, **project.servers}
    return (
        Project(
            name=project.name,
            hosts=hosts,
            switches=switches,
            servers=tuple(_server(resolved) for resolved in servers.values()),
            hooks={hook: lines for hook in HOOKS if (lines := project.globals.texts(hook))},
            templates_directory=config.templates,
            files_directory=config.files,
            san_paths=config.san_paths,
            this_server=config.service_host,
            where=project.globals,
        ),
        run.problems,
    )


# ---------------------------------------------------------------- back ends
def _project_back_end(run: Lowering) -> BackEnd:
    return _flagged(run, run.project.globals) or run.config.default_backend


def _flagged(run: Lowering, block: Resolved) -> BackEnd | None:
    """The back end that a block's flags name; that of the command line where it names one."""
    if run.config.forced_backend:
        return run.config.forced_backend
    named = [name for name in FLAGS if name in block.settings and block.flag(name)]
    if not named:
        return None
    if len(named) > 1:
        first, second = (block.settings[name] for name in named[:2])
        if (first.file.path, first.token.start) > (second.file.path, second.token.start):
            first, second = second, first
        run.report(
            TWO_BACK_ENDS.at(
                second.span(),
                f"`{block.kind} {block.name}` is for `{first.key}` and for `{second.key}`",
                related=[Related(first.span(), "the other is named here")],
                help=f"keep one; an inherited one is switched off with `{first.key} off`",
            )
        )
    return named[0]


def _cloud(block: Resolved) -> BackEnd | None:
    return next((name for name in CLOUDS if (name, "") in block.children), None)


# ---------------------------------------------------------------- hosts
def _hosts(run: Lowering, default: BackEnd, reuse: Reuse | None) -> tuple[Host, ...]:
    blocks = run.project.hosts.values()
    if reuse is None:
        return tuple(_host(run, block, default) for block in blocks)
    return tuple(reuse.host(block, _dependence(run, block, default), partial(_anew, run, block, default))
                 for block in blocks)  # fmt: skip


def _dependence(run: Lowering, block: Resolved, default: BackEnd) -> tuple[object, ...]:
    """What a host's IR depends on besides its layers."""
    switches = run.project.switches
    wired = tuple(
        card.settings["switch"].text in switches
        for (kind, _), card in block.children.items()
        if kind == "network" and "switch" in card.settings
    )
    # A switch named by a variable may be any: then all count.
    by_name = any("$" in card.settings["switch"].text for card in block.children.values() if "switch" in card.settings)
    return default, run.additions.of(block.name), wired, tuple(switches) if by_name else ()


def _anew(run: Lowering, block: Resolved, default: BackEnd) -> tuple[Host, bool]:
    """A host, and whether nothing was found that must be found again."""
    before = run.reports
    host = _host(run, block, default)
    return host, run.reports == before


def _host(run: Lowering, block: Resolved, default: BackEnd) -> Host:
    name = block.name
    value, text = block.value, block.text
    backend = _flagged(run, block) or _cloud(block) or default
    additions = run.additions
    extra = additions.kernel_extra.get(name)
    host = Host(
        name=name,
        backend=backend,
        hvm=block.flag("hvm"),
        pvh=_pvh(run, block),
        memory_mib=value("memory") or run.config.default_memory_mib,
        chain=tuple(section.name for section in block.sections if section.kind == "superclass"),
        template=value("template") or (run.config.default_template if backend not in CLOUDS else None),
        family=value("family"),
        service_host=text("service_host") or None,
        boot_order=99 if (order := value("boot_order")) is None else order,
        vcpus=value("vcpus") or 1,
        cpus=value("cpus"),
        firmware=value("firmware") or "bios",
        cloud_init=bool(value("cloud_init")),
        kernel=value("kernel"),
        ramdisk=value("ramdisk"),
        kernel_extra=extra,
        modules_dir=value("modules_dir"),
        nameserver=value("nameserver"),
        root_password=value("root_passwd"),
        display=display(block),
        term=value("term"),
        color=value("color"),
        nice=value("nice"),
        owner=value("owner"),
        group=value("group"),
        sudo=value("sudo"),
        disks=disks(block, run.config, backend),
        interfaces=interfaces(run, block, backend),
        users=users(block),
        groups=groups(block),
        files=files(block),
        mounts=mounts(block),
        modules=tuple(" ".join(words) for _, words in block.rows("modules")),
        startup=block.texts("startup"),
        shutdown=block.texts("shutdown"),
        xen_extra=block.texts("xen_extra"),
        user_data=_user_data(block),
        services=tuple(additions.services.get(name, ())),
        guest_files=tuple(additions.files.get(name, ())),
        authorized_keys=tuple(additions.keys.get(name, ())),
        where=block,
    )
    if backend not in CLOUDS:
        _check_template(run, block, host)
    return host


def _pvh(run: Lowering, block: Resolved) -> bool:
    if not block.flag("pvh"):
        return False
    if block.flag("hvm"):
        first, second = block.settings["hvm"], block.settings["pvh"]
        run.report(
            BAD_VALUE.at(
                second.span(),
                "`pvh` and `hvm` exclude each other",
                related=[Related(first.span(), "`hvm` is given here")],
                help="keep one; an inherited one is switched off with `hvm off`",
            )
        )
        return False
    return True


def _user_data(block: Resolved) -> tuple[str, ...]:
    lines = block.texts("user_data")
    for cloud in CLOUDS:
        inner = block.block(cloud)
        if inner is not None:
            lines += inner.texts("user_data")
    return lines


def _check_template(run: Lowering, block: Resolved, host: Host) -> None:
    root = host.root_disk
    if (
        host.template
        or run.is_incomplete()
        or any(section.broken for section in block.sections)
        or (root and (root.source or root.cow_base or root.iscsi_target))
    ):
        return
    *_, topmost = block.sections
    which = f"`{host.name}`" if topmost.kind == "host" else f"`{host.name}`, like all of `{topmost.title()}`,"
    run.report(
        MISSING_TEMPLATE.at(
            topmost.name_span(),
            f"the host {which} has no template for its disk",
            help="add `template FILE`, or set `default_template` in mln.conf",
        )
    )


def _note_clouds(run: Lowering, hosts: Iterable[Host]) -> None:
    """One note a project, at the first block made for a cloud."""
    symbols = run.project.symbols
    sections = [*symbols.superclasses.values(), *symbols.hosts.values(), *symbols.globals]
    blocks = [child for section in sections for child in section.children if child.kind in CLOUDS and child.row]
    if not blocks:
        return
    first = min(blocks, key=lambda block: (block.file.path, block.header_span().start))
    left_out = sum(1 for host in hosts if host.backend in CLOUDS)
    many = "one host is" if left_out == 1 else f"{left_out} hosts are"
    run.report(
        CLOUD_ONLY.at(
            first.header_span(),
            f"no back end carries `{first.kind}` yet" + (f": {many} left out when compiling" if left_out else ""),
            help="give a host `uml`, `kvm`, `xen` or `vmware` and a `template` to build it here",
        )
    )


# ---------------------------------------------------------------- switches and servers
def _first_wired(hosts: Iterable[Host]) -> dict[str, BackEnd]:
    """Switch → back end of the first host that is wired to it: what a switch without a flag is made for."""
    found: dict[str, BackEnd] = {}
    for host in hosts:
        for interface in host.interfaces:
            if interface.switch and host.backend not in CLOUDS:
                found.setdefault(interface.switch, host.backend)
    return found


def _switch(run: Lowering, block: Resolved, inferred: BackEnd) -> Switch:
    socket = block.value("socket")
    return Switch(
        name=block.name,
        backend=_flagged(run, block) or inferred,
        bridge=block.value("bridge") or derive.bridge(block.name, run.project.name),
        service_host=block.text("service_host") or None,
        hub=block.flag("hub") or block.value("type") == "hub",
        socket=socket if socket != "external" else None,
        external=socket == "external",
        dhcp=bool(block.value("dhcp")),
        tap=block.value("tap"),
        owner=block.value("owner"),
        group=block.value("group"),
        sudo=block.value("sudo"),
        where=block,
    )


def _check_meetings(run: Lowering, hosts: Iterable[Host], switches: dict[str, Switch]) -> None:
    """A host and its switch must be of one family of back ends: told once for each switch and back end."""
    apart: dict[tuple[str, str], list[tuple[Host, Span]]] = {}
    for host in hosts:
        for interface in host.interfaces:
            switch = switches.get(interface.switch or "")
            if switch is None or host.backend in CLOUDS or can_meet(host.backend, switch.backend):
                continue
            span = interface.where.span("switch")
            if span is not None and not _in_doubt(run, host):
                apart.setdefault((switch.name, host.backend), []).append((host, span))
    for (name, _), wired in apart.items():
        (host, span), switch = wired[0], switches[name]
        others = {other.name: there for other, there in wired[1:] if other is not host}
        more = f" and {len(others)} more" if others else ""
        run.report(
            CANNOT_MEET.at(
                span,
                f"the {host.backend} host `{host.name}`{more} can't meet the {switch.backend} switch `{switch.name}`",
                related=_switch_reason(run, switch, hosts),
                help=f"give it a switch of its own, or put both on one back end: {_meeting(host, switch)}",
            )
        )


def _in_doubt(run: Lowering, host: Host) -> bool:
    """Whether a part of the host is missing, which may say what seems to be wrong."""
    sections = run.project.hosts[host.name].sections
    return run.project.symbols.incomplete or any(section.broken for section in sections)


def _switch_reason(run: Lowering, switch: Switch, hosts: Iterable[Host]) -> list[Related]:
    """Why a switch is of its back end: its own flag, or the first host that is wired to it."""
    block = run.project.switches[switch.name]
    if switch.backend in block.settings and (span := block.span(switch.backend)):
        return [Related(block.settings[switch.backend].span(), f"`{switch.name}` is made for {switch.backend} here")]
    for host in hosts:
        for interface in host.interfaces:
            if interface.switch == switch.name and host.backend == switch.backend:
                span = interface.where.span("switch")
                return [Related(span, f"the {host.backend} host `{host.name}` is wired to it here")] if span else []
    return []


def _meeting(host: Host, switch: Switch) -> str:
    for name in (host.backend, switch.backend):
        if others := mates(name):
            return f"{name} shares switches with {', '.join(others)} only"
    return f"{host.backend} and {switch.backend} have switches of their own"


def _server(block: Resolved) -> Server:
    return Server(
        name=block.name,
        memory_mib=block.value("memory"),
        cpus=block.value("cpus"),
        storage_bytes=block.value("storage"),
        uri=block.value("uri"),
        san_paths=tuple(" ".join(block.words(entry)) for entry in reversed(block.layers("san_path"))),
        where=block,
    )
