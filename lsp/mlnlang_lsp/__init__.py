"""`mln-lsp`: the language server. It speaks the protocol; what it says about projects comes from `mlnlang.ide`."""
