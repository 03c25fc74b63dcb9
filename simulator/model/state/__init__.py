"""What one replication is: arrays of records, and the numbers with a meaning in them.

`events` are the kinds of events and their ranks, `states` all other codes. `settings` makes fields of records of
those of the scenario's sections; `records` has the fields of each kind of entity, `columns` those of the weekly table;
`state` puts them together, in the memory that `memory` hands to rules. `spending` adds to the costs of the week.
"""
