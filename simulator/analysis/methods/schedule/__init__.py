"""By when, and what makes it late.

When milestones are reached (`dates`), what makes the last one late (`criticality`), `plan_lengths` against each other,
and `joint_confidence` in a promise.
"""
