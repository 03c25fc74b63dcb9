"""What analyses answer, in words and pictures, a module for each by its name.

`compare` speaks of plans that are compared; `differences` writes their differences, `comparison_table` is its table
and `forests` its figure. `attribute` tells what the five killers take, `stress` what the five questions show,
`staffing` how many people answer, with its `staffing_figure`.
"""
