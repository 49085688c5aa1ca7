"""Which rules count, and how much: settings, allowances in the text, baselines.

From the diagnostics that a run has found to those that a person sees (`apply.ruled`), and what to do about them
without the person (`fixing`).
"""
