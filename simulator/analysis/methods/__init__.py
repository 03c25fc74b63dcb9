"""The ways in which analyses calculate, each in a file of its own.

`differences` of plans that share their luck. The five `killers`, and `shapley` values of what each takes.
`vital_signs`: what breaks first, and `remedies` for it. The `last_chance` of a programme that fails, by
`late_remedies`, and the `dashboard` that was seen then.
`vital_signs`: what breaks first, and `remedies` for it. When milestones are reached (`dates`), what makes the last one
late (`criticality`), `plan_lengths`, and `joint_confidence`.
`vital_signs`: what breaks first, and `remedies` for it. `decisions` of gates and whether they were right, `gate_paths`,
which simulates each way on from a gate, and `judged_gates`, one gate with all that is told of it.
`vital_signs`: what breaks first, and `remedies` for it. `desk`: who came to a line and who was there; `erlang`: who is
needed by formula, `desk_search`: by simulation; `lines`: what is told of both; `duty`: the hours of a week.
"""
