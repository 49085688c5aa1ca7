"""Amounts of memory and disk as people write them."""


def mebibytes(amount: int) -> str:
    """An amount in MiB: `512 MiB`, `1.5 GiB`, `64 GiB`."""
    return bytes_text(amount * 1024**2) if amount >= 10 * 1024 else f"{amount} MiB"


def bytes_text(amount: int) -> str:
    """An amount in bytes: `100 MiB`, `1.5 GiB`."""
    for unit, size in (("TiB", 1024**4), ("GiB", 1024**3), ("MiB", 1024**2)):
        if amount >= size:
            return f"{amount / size:.1f} {unit}".replace(".0 ", " ")
    return f"{amount} bytes"
