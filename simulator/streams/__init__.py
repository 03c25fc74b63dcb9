"""Named random streams and the variates that are drawn from them."""
