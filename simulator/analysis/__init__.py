"""Questions asked of experiments, each in a file of its own; some simulate again.

`variance`: how much of the spread is ignorance of the inputs. `compare`: which plan is better. `attribute`: what a plan
fails by. `stress`: what five questions show. `rescue`: until when it could have been saved; `what_if`: the same for one
decision in one replication. `frame` is what all have in common: where results come from, and what an answer is;
`methods` are the ways in which they calculate. A command for one is a file of `cli/commands` and a row in
`COMMANDS` (`cli/entry.py`).
fails by. `stress`: what five questions show. `timeline`: by when, and how sure. `frame` is what all have in common:
where results come from, and what an answer is; `methods` are the ways in which they calculate. A command for one is a
file of `cli/commands` and a row in `COMMANDS` (`cli/entry.py`).
fails by. `stress`: what five questions show. `gates`: whether they stop what should be stopped. `frame` is what all
have in common: where results come from, and what an answer is; `methods` are the ways in which they calculate. A
command for one is a file of `cli/commands` and a row in `COMMANDS` (`cli/entry.py`).
fails by. `stress`: what five questions show. `staffing`: how many people answer. `frame` is what all have in common:
where results come from, and what an answer is; `methods` are the ways in which they calculate. A command for one is a
file of `cli/commands` and a row in `COMMANDS` (`cli/entry.py`).
"""
