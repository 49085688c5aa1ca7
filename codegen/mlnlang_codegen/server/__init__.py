"""Templates and shell libraries that every server's folder gets."""
