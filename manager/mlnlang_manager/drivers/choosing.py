"""Which driver works for a back end."""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from mlnlang_manager.drivers.protocol import Driver
from mlnlang_manager.reporting import Failure

if TYPE_CHECKING:
    from mlnlang_manager.settings import Settings

#: Back end → the module here that has `make(backend, settings)`. What is not listed is driven by its scripts.
MODULES = {"uml": "uml", "kvm": "libvirt", "lxc": "libvirt", "xen": "xen", "vmware": "vmware"}
#: What `--driver` and MLN_DRIVER may say: a module for all back ends.
FORCED = {"sim": "sim", "scripted": "scripted"}


def driver_for(backend: str, settings: Settings, *, scripted: bool = False) -> Driver:
    """The driver of a back end; `scripted`: by the compiled scripts. `--driver` and MLN_DRIVER win. Raises Failure."""
    forced = settings.driver or os.environ.get("MLN_DRIVER", "")
    if forced and forced not in FORCED:
        raise Failure(f"there is no driver `{forced}`", f"there are: {', '.join(sorted(FORCED))}", code=2)
    module = FORCED.get(forced) or (None if scripted else MODULES.get(backend)) or "scripted"
    if find_spec(f"mlnlang_manager.drivers.{module}") is None:
        module = "scripted"
    made: Driver = import_module(f"mlnlang_manager.drivers.{module}").make(backend, settings)
    return made
