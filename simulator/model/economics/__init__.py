"""Money, week by week and by category, in the currency of the scenario.

`value` is what answers are worth, `costs` what the programme costs, with `pay` for its people and `licences` for its
users; `business_case` is what the plan promises of both.
"""
