"""One replication, steered while it runs.

`simulation` steps through it and pulls levers; `callbacks` are functions of the user's that do so in a whole
experiment; `pilots` ends with the pilot, and `arguments` are those that a replication shares with a run.
"""
