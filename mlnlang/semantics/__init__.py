"""What a project means: includes spliced, names linked, variables bound, superclasses resolved, values typed."""
