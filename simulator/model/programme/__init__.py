"""The programme over months: what is decided, built, paid and counted.

`rollout` takes sites live, `gates` read how it goes, `sponsor` may lose patience, `integration` connects systems, and
`learning` makes the next time easier.
`rates` say how fast users' clocks run, `economics` what a week costs and yields, `week` closes it; `programme` says
which rule answers which timer.
"""
