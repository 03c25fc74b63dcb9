"""Whether to fund: `from_today` is the money since the decision, `next_gate` the worth of stopping there, `frontier`
what a confidence allows of adoption and cost together, `measure_first` what to find out before.
"""
