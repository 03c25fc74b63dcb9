"""Questions asked of experiments, each in a file of its own; some simulate again.

`variance`: how much of the spread is ignorance of the inputs. `shapley`: what each of several remedies adds.
"""
