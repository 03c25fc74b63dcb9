"""What analyses have in common: where what they look at comes from, and what they answer with.

`answers`: what every analysis answers with. `runs`: results simulated as one batch, or taken from where they lie.
`plans`: results that can be paired, from whatever names a plan. `one_by_one`: many scenarios, of each of which little
is kept. `replays`: replications simulated again, to look at what results don't keep.
"""
