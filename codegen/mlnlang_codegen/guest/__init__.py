"""The guest's side of a host: files for its file system and operations on its accounts. Shared by all back ends."""

from mlnlang_codegen.guest.devices import Devices
from mlnlang_codegen.guest.lower import NOTHING, GuestPlan, lower
from mlnlang_codegen.guest.pieces import Line, OnlyWindows, Piece, ServerPath, Verb

__all__ = ["NOTHING", "Devices", "GuestPlan", "Line", "OnlyWindows", "Piece", "ServerPath", "Verb", "lower"]
