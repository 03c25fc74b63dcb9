"""What could still have been done: the `last_chance` of a programme that fails, by `late_remedies`."""
