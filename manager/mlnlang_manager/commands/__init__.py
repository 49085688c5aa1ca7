"""The commands of `mln`; each is a module with `add` and `run`."""
