"""The commands of `scaleup`, a file for one or a few that belong together.

`running` is `run`, `merging` is `merge`, `reporting` is `report`, `tracing` is `trace`, `scenarios` are those that
only read or write scenario files, `keeping` is `cache`, `app` starts the app, `analyses` has those that ask something
of plans.
"""
