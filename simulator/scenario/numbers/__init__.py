"""The numbers of a scenario, each with a distribution and a source.

`quantity` is one; `forms` are the ways to write it, and `priors` what is believed where a field is left out (`per_case`
of cases that are smaller or larger).
`distribution`, `moments`, `percentiles` and `ranks` say what it is drawn from, `mix` are shares that add up.
`number_kinds` have units and bounds, and a `section` is made of all these.
"""
