"""Tests of the random streams, and of how compiled rules are kept."""
