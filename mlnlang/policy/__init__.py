"""Which rules count, and how much: settings, allowances in the text, baselines."""
