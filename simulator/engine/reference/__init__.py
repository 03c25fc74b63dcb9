"""The reference engine: SimPy processes that call the same rules."""
