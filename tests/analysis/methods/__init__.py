"""Tests of how analyses calculate."""
