"""Time and chance, on which every mechanism runs.

`time` knows hours, weeks and working hours; `timers` say when what is rare is due, `clocks` when users act; `variate`
draws a number of a distribution of the scenario, and `tracing` notes what happened.
"""
