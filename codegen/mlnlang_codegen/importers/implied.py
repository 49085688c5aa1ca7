"""What goes without saying, found by letting the back ends write: a setting that stands in their file too is implied.

On the way, values that a back end refuses are taken back, so that what is written checks clean.
"""

from __future__ import annotations

from collections.abc import Callable

from mlnlang.api import Checked, Compilation, Options
from mlnlang.diagnostics import Diagnostic
from mlnlang.ir import Host, Project
from mlnlang.source import SourceFile
from mlnlang.world import Memory
from mlnlang_codegen import check, generate
from mlnlang_codegen.capabilities import HOST_FEATURES, INTERFACE_FEATURES
from mlnlang_codegen.carried import carried
from mlnlang_codegen.importers.draft import Draft, Machine
from mlnlang_codegen.importers.faults import ImportFault
from mlnlang_codegen.importers.tree import Node
from mlnlang_codegen.importers.vmx_tree import read_vmx
from mlnlang_codegen.importers.writing import write
from mlnlang_codegen.importers.xl_tree import read_xl
from mlnlang_codegen.importers.xml_tree import read_xml
from mlnlang_codegen.registry import back_end

PATH = "/import.mln"
_WHY = "the back end writes the same"
#: Each round takes back one value of each host at least: disks and cards beyond what its back end attaches.
_MOST_ROUNDS = 80


def settle_with_back_ends(draft: Draft, title: str) -> tuple[str, list[Diagnostic]]:
    """The project's text, and what the compiler says of it."""
    text, checked = _compiled(draft, title)
    for _ in range(_MOST_ROUNDS):
        if checked.ir is None or not _take_back(draft, checked.ir):
            break
        text, checked = _compiled(draft, title)
    if checked.ir is not None:
        _note_what_is_not_carried(draft, checked.ir)
        _compare(draft, checked.ir)
    return text, checked.diagnostics


def _compiled(draft: Draft, title: str) -> tuple[str, Checked]:
    text = write(draft, title)
    options = Options(config_paths=(), external_plugins=False)
    return text, Compilation(Memory({PATH: text}), options, check).project(PATH)


def _take_back(draft: Draft, project: Project) -> bool:
    """Drop the values that back ends refuse; whether there were any."""
    machines = {machine.name: machine for machine in draft.machines}
    done = False
    for refusal in carried(project).refusals:
        thing, error = refusal.thing, refusal.error
        if isinstance(thing, Host) and thing.name in machines:
            done |= _take_back_one(machines[thing.name], error.keyword, error.reason)
    return done


def _take_back_one(machine: Machine, keyword: str, why: str) -> bool:
    keyword = {"root": "filesystem"}.get(keyword, keyword)
    if (keyword == "mount" and machine.take_back_mount(why)) or (keyword == "network" and machine.take_back_card(why)):
        return True
    if machine.settings.take_back(keyword, why):
        return True
    return any(card.settings.take_back(keyword, why) for card in machine.cards)


def _note_what_is_not_carried(draft: Draft, project: Project) -> None:
    """Values that stand in the project although the host's back end has no use for them."""
    hosts = {host.name: host for host in project.hosts}
    for machine in draft.machines:
        host, back = hosts.get(machine.name), back_end(machine.backend)
        if host is None or back is None:
            continue
        for row in HOST_FEATURES:
            leaf = machine.settings.sources.get(row.keyword)
            support = back.capabilities[row.name]
            if leaf is not None and support.level == "none" and row.asked(host):
                leaf.carried(leaf.became, f"{back.title} does not carry it: {support.why}")
        for wire in INTERFACE_FEATURES:
            support = back.capabilities[wire.name]
            for card, interface in zip(machine.cards, host.interfaces, strict=True):
                leaf = card.settings.sources.get(wire.keyword)
                if leaf is not None and support.level == "none" and wire.asked(host, interface):
                    leaf.carried(leaf.became, f"{back.title} does not carry it: {support.why}")


# ---------------------------------------------------------------- what the back end writes
_READERS: dict[str, Callable[[SourceFile], list[Node]]] = {
    "domain.xml": read_xml,
    "network.xml": read_xml,
    "*.vmx": lambda file: [read_vmx(file)],
    "xl.cfg": lambda file: [read_xl(file)],
}


def _compare(draft: Draft, project: Project) -> None:
    written = {tuple(file.path.split("/")[-3:]): file.content for file in generate(project).files}
    for machine in draft.machines:
        if machine.tree is not None and machine.artefact:
            content = written.get(("hosts", machine.name, machine.artefact.replace("*", machine.name)), "")
            _mark(machine.tree, _settings(machine.artefact, content))
    for segment in draft.segments.values():
        if segment.tree is not None:
            _mark(segment.tree, _settings("network.xml", written.get(("switches", segment.name, "network.xml"), "")))


def _settings(artefact: str, content: str) -> set[tuple[str, str]]:
    try:
        trees = _READERS[artefact](SourceFile(artefact, content))
    except ImportFault:  # the back end writes something that our readers refuse: then nothing is implied
        return set()
    return {(leaf.place, leaf.value) for tree in trees for leaf in tree.walk()}


def _mark(tree: Node, written: set[tuple[str, str]]) -> None:
    for leaf in tree.walk():
        if not leaf.fate and (leaf.place, leaf.value) in written:
            leaf.implied(_WHY)
