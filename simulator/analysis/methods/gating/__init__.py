"""What gates decide, and what they show.

`decisions` and whether they were right; `gate_paths`, which simulates each way on from a gate; `judged_gates`, one gate
with all that is told of it; the `dashboard`, what gates would see on any day.
"""
