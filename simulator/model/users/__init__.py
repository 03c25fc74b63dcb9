"""Who uses the system, what they live through with it, and what it does to their trust.

`users` are the states of people and how to pick one; `trust` is what they think. `tasks` brings them right and wrong
answers, of which `judgement` says how many they judge; `errors` are those that they come to know of, `encounters` the
edge cases. `change_management` says who starts, stops and comes back, `habit` what keeps people from stopping, `movers`
who tends to, `change_load` how much else they have to bear, `training` who has learned it before.
"""
