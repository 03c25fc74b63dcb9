"""Experiments: scenarios times replications, how they are run, what they give and the files they are kept in."""
