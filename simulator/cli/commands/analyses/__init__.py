"""The commands of `scaleup` that ask something of plans, a file for one.

`decide` asks whether to fund, `variance` how much of the spread is ignorance, `compare` which plan is better,
`attribute` what it fails by, `stress` what breaks it, `timeline` by when it scales, `gates` whether they are any good,
`staffing` how many people answer, `rescue` until when it could be saved, `sensitivity` which inputs
drive it, `worth` what to measure before one chooses.
"""
