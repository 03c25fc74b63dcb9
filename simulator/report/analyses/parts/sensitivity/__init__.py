"""What drives a plan, as a `table` for a terminal and as a `figure`."""
