"""Linux containers through libvirt: the smallest back end, and the example of docs/back-ends.md."""

from functools import partial

from mlnlang_codegen.backend import BackEnd
from mlnlang_codegen.lxc.capabilities import CAPABILITIES
from mlnlang_codegen.lxc.lower import SWITCH_CONNECTION, lower_host
from mlnlang_codegen.server import libvirt

BACK_END = BackEnd(
    "lxc",
    "LXC",
    "mlnlang_codegen.lxc",
    CAPABILITIES,
    lower_host,
    partial(libvirt.lower_switch, SWITCH_CONNECTION),
    (libvirt.LIBRARY, "lxc/lxc.sh"),
)
