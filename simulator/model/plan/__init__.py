"""From a scenario to a replication that can start, and to one that goes on with other numbers.

`plan` is the scenario as records, with the uncertain `inputs` still open; `layout` says what there is, and `calendars`
which hours are worked. `opening` is laid out once and copied; `start` draws the inputs, gives users their `places` and
support its `posts`. `take_over` changes numbers under way, and `waits` let those that have begun go on at another rate.
"""
