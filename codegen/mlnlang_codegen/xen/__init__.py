"""Xen: xl.cfg for xl, domain.xml for libvirt, bridges for switches."""

from mlnlang_codegen.backend import BackEnd
from mlnlang_codegen.xen.capabilities import CAPABILITIES
from mlnlang_codegen.xen.lower import lower_host, lower_switch

BACK_END = BackEnd(
    "xen", "Xen", "mlnlang_codegen.xen", CAPABILITIES, lower_host, lower_switch, ("xen/xen.sh", "server/bridge.sh")
)
