"""What replications say: numbers only, without a word or a figure.

`statistics` are means, shares, quantiles and their intervals, `weighting` the same for replications that don't count
alike, as those do that `conditioning` compares with an observed pilot, whose `readings` it checks; `precision` says
when they are enough, `success_curve` how much adoption lasts how long, `costs` where money goes, and `conditions`
choose. `result` and
`suite_result` hold them, `paired` compares, `account` says how they were made, and `accessors` lead to views above.
"""
