"""Who helps: tickets, tiers, people at work, and the data science team that all else waits for.

`lines` are those in which work waits at any tier, `support` the life of a ticket, `hypercare` who answers it before it
reaches a tier, `work` what an agent does with a job; `staffing` is who is there, and `data_science` what only the third
tier can do.
"""
