"""Problems as data: a catalogue of rules, diagnostics made from them, and ways to show them."""

from mlnlang.diagnostics.model import Diagnostic, Edit, Fix, Related, Rule, Severity
from mlnlang.diagnostics.near import did_you_mean, nearest

__all__ = ["Diagnostic", "Edit", "Fix", "Related", "Rule", "Severity", "did_you_mean", "nearest"]
