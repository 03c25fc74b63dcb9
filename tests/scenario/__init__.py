"""Tests of reading, checking and changing scenarios."""
