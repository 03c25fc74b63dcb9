"""How many people answer.

`desk`: who came to a line and who was there; `erlang`: who is needed by formula, `desk_search`: by simulation; `lines`:
what is told of both; `duty`: the hours of a week.
"""
