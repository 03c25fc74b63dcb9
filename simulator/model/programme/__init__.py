"""The programme over months: what is decided, built, paid and counted.

`rollout` takes sites live, `gates` read how it goes, `sponsor` may lose patience, `budget` may not be renewed,
`integration` connects systems, `learning` makes the next time easier, `watching` acts on what live sites show. `rates`
say how fast users' clocks run, `week` closes a week; `programme` says which rule answers which timer.
"""
