"""User-Mode Linux: machines that are processes of a Linux server, wired by uml_switch, vde_switch or bridges."""

from mlnlang_codegen.backend import BackEnd
from mlnlang_codegen.uml.capabilities import CAPABILITIES
from mlnlang_codegen.uml.lower import lower_host, lower_switch

BACK_END = BackEnd(
    "uml",
    "User-Mode Linux",
    "mlnlang_codegen.uml",
    CAPABILITIES,
    lower_host,
    lower_switch,
    ("uml/uml.sh", "uml/umlnet.sh"),
)
