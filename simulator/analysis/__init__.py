"""Questions asked of experiments, each in a file of its own; some simulate again.

`decide`: whether to fund. `variance`: how much of the spread is ignorance of the inputs; `sensitivity`: of which.
`compare`: which plan is better, `until_decided` with no more replications than that needs. `attribute`: what a plan
fails by. `stress`: five questions. `timeline`: by when. `gates`: whether they stop what should be stopped. `staffing`:
how many people answer. `rescue`: until when a plan could have been saved; `what_if`: the same for one decision in one
replication. `worth`: what to measure first. `frame`: where results come from, and what an answer is; `methods`: how
they calculate. A command for one is a file of `cli/commands/analyses` and a row in `COMMANDS` (`cli/entry.py`).
"""
