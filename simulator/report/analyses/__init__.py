"""What analyses answer, in words and pictures, a module for each by its name.

`compare` speaks of plans that are compared; `differences` writes their differences, `comparison_table` is its table
and `forests` its figure. `attribute` tells what the five killers take, `stress` what the five questions show, `rescue`
until when a programme could have been saved, and `what_if` what one decision in one world changes. `events` are those
of a trace.
and `forests` its figure. `attribute` tells what the five killers take, `stress` what the five questions show,
`timeline` by when a plan gets where, with its `timeline_table` and `timeline_figure`.
and `forests` its figure. `attribute` tells what the five killers take, `stress` what the five questions show, `gates`
what gates decide and bring, and `gate_views` their table and figure.
and `forests` its figure. `attribute` tells what the five killers take, `stress` what the five questions show,
`staffing` how many people answer, with its `staffing_figure`.
"""
