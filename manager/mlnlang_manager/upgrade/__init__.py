"""From what is built to what the file says now: changes, what each costs, and the steps that make them."""
