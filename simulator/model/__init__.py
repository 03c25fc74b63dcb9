"""The model: the rules, one file per mechanism, and the state that they act on; rooms from the ground up.

`state` is what one replication is, `clockwork` its time and chance. `answers` says how right the AI is, `users` who
trusts it, `support` who helps them, `economics` what it costs and is worth, `programme` how roll-out, sponsor and
integrations go. `plan` lays a scenario out and starts a replication, `measures` reads what came of it. A room uses
only those before it in this list.
"""
