"""The ways in which analyses calculate, each in a file of its own.

`differences` of plans that share their luck, and `always_valid` bounds of them; `headlines` of every replication. The
five `killers`, and `shapley` values of what each takes. `vital_signs`: what breaks first, and `remedies` for it;
`moves`: what single changes bring and cost. `schedule`: by when, and what makes it late. `gating`: what gates decide.
`support`: how many people answer. `rescue`: what could still have been done. `given_data`: what the replications that
are there tell of their inputs, and `information`: what knowing them would be worth. `deciding`: whether to fund.
"""
