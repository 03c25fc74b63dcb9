"""Questions asked of experiments, each in a file of its own; some simulate again.

`variance`: how much of the spread is ignorance of the inputs. `compare`: which plan is better, from `differences` of
`plans`. `attribute`: by which `killers` it fails, by `shapley` values. `stress`: what five questions show, by
`vital_signs` and `remedies`. `one_by_one` simulates many scenarios and keeps little. `answers` is what all answer with,
`runs` where results come from. A command for one is a file of `cli/commands` and a row in `COMMANDS` (`cli/entry.py`).
"""
