"""The ways in which analyses calculate, each in a file of its own.

`differences` of plans that share their luck. The five `killers`, and `shapley` values of what each takes.
`vital_signs`: what breaks first, and `remedies` for it. `desk`: who came to a line and who was there; `erlang`: who is
needed by formula, `desk_search`: by simulation; `lines`: what is told of both; `duty`: the hours of a week.
"""
