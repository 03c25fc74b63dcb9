"""Signs: what helps, and what harms, as it should."""
