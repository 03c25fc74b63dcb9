"""The commands of `scaleup`, a file for one or a few that belong together.

`running` is `run`, `variance` asks how much of the spread is ignorance, `compare` which plan is better, `attribute`
what it fails by, `stress` what breaks it, `timeline` by when it scales, `gates` whether they are any good, `staffing`
how many people answer, `rescue` until when it could be saved, `merging` is `merge`, `tracing` is `trace`, `scenarios`
are those that only read or write scenario files, `app` starts the app.
"""
