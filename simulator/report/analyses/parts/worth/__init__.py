"""What is worth knowing: in `words`, as a `table` and a `figure`; and `pilots`, what they teach."""
