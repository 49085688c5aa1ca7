"""KVM through libvirt: domain.xml a machine, qcow2 overlays over templates, networks for switches."""

from functools import partial

from mlnlang_codegen.backend import BackEnd
from mlnlang_codegen.kvm.capabilities import CAPABILITIES
from mlnlang_codegen.kvm.lower import SWITCH_CONNECTION, lower_host
from mlnlang_codegen.server import libvirt

BACK_END = BackEnd(
    "kvm",
    "KVM",
    "mlnlang_codegen.kvm",
    CAPABILITIES,
    lower_host,
    partial(libvirt.lower_switch, SWITCH_CONNECTION),
    (libvirt.LIBRARY, "kvm/kvm.sh"),
)
