"""Lists of machines for other programs: one module a format."""

from mlnlang.inventory.listing import Card, Entry, Listing, Wish, build

__all__ = ["Card", "Entry", "Listing", "Wish", "build"]
