"""Questions asked of experiments, each in a file of its own; some simulate again.

`variance`: how much of the spread is ignorance of the inputs. `shapley`: what each of several remedies adds.

What an analysis finds is a small class with `as_dict`. A command for it is a file of `cli/commands` with a `Question`
(`cli/analysing.py`) and a row in `COMMANDS` (`cli/entry.py`); `result.<name>()` is a line in `Result`.
"""
