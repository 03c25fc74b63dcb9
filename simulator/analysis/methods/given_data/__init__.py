"""What replications that are there tell of their uncertain inputs, without simulating again.

`inputs`: which inputs vary, and their ranks. `regression`: the expectation of a measure given inputs.
"""
