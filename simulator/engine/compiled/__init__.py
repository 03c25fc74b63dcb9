"""The compiled engine: an event-scheduling kernel in numba."""
