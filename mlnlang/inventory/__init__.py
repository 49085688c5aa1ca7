"""Lists of machines for other programs: one module a format."""
