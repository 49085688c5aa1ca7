"""The back ends there are. A new one is a folder and a line here."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from mlnlang_codegen.backend import BackEnd

#: Back end → package that has it as `BACK_END`. Imported only where a project asks for it.
PACKAGES = {
    "kvm": "mlnlang_codegen.kvm",
    "lxc": "mlnlang_codegen.lxc",
    "uml": "mlnlang_codegen.uml",
    "vmware": "mlnlang_codegen.vmware",
    "xen": "mlnlang_codegen.xen",
}


@cache
def back_end(name: str) -> BackEnd | None:
    """The back end of that name, or None when nobody has written it yet."""
    package = PACKAGES.get(name)
    if package is None:
        return None
    found = import_module(package).BACK_END
    assert isinstance(found, BackEnd)
    return found
