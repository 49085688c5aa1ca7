"""The one table of keywords and blocks, and how values of each kind are read."""

from mlnlang.schema.model import BlockRow, Keyword, LineForm, Schema
from mlnlang.schema.values import Address, Kind, ValueFault, read

__all__ = ["Address", "BlockRow", "Keyword", "Kind", "LineForm", "Schema", "ValueFault", "read"]
