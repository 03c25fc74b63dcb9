"""Queues, priorities, outages and repairs against theory."""
