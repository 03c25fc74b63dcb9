"""Experiments: scenarios times replications, and how they are run.

`run` and `suite` are what is called; `settings` has the arguments and checks them, and `together` runs what they are
given as one batch. A `batch` chains the portions of an `experiment`; `execution` has `workers` compute them here, in
`processes` or on `executors`. `progress` tells how far it is, `interruption` what Ctrl-C leaves, and `merging` puts
parts from several machines together.
"""
