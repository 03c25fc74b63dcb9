"""What replications that are there tell of their uncertain inputs, without simulating again.

`inputs`: which inputs vary, their ranks, and which hang together. `regression`: the expectation of a measure given
inputs.

Effects on a variance: `bases` are functions of an input, on which a measure is `regressed`; what they explain are
`components` with their intervals. `effects` has all inputs, `groups` those that are drawn together. `fifths` compares
where an input is low and high. `driven` asks all that of the measures of a result.
"""
