"""How `mln` works: steps in an order, a journal of what was done, locks, and who is told."""
