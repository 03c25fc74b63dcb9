"""Two engines, one model."""
