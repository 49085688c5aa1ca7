"""Pictures of a network: what is drawn, where it lies, and how each format says it."""
