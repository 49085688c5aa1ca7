"""VMware Workstation and Player on Linux: a .vmx file a machine, vmnetN for switches."""

from mlnlang_codegen.backend import BackEnd
from mlnlang_codegen.vmware.capabilities import CAPABILITIES
from mlnlang_codegen.vmware.lower import lower_host, lower_switch

BACK_END = BackEnd(
    "vmware",
    "VMware",
    "mlnlang_codegen.vmware",
    CAPABILITIES,
    lower_host,
    lower_switch,
    ("vmware/vmware.sh",),
)
