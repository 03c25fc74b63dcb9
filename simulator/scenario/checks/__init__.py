"""What is asked of a whole scenario.

`across` are checks between sections, with `prerequisites` of systems, `correlations` and `levers` on their own.
`inputs` lists what is uncertain, `ledger` where each number comes from, `standing` which of the telling ones are still
priors, and `work` estimates what a run takes.
"""
