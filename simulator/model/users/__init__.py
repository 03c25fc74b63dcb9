"""Who uses the system, what they live through with it, and what it does to their trust.

`users` are the states of people and how to pick one; `trust` is what they think. `tasks` brings them right and wrong
answers, `encounters` those edge cases that somebody notices; `change_management` says who starts, stops and comes back,
`change_load` how much else people have to bear, `training` who has learned it before.
"""
