"""What people see of results, in a terminal, a notebook, the app or a figure.

`words` writes numbers, `verdict` says in sentences how likely scale is, and `signs` what those that fail have in
common. `tables` and `suite_tables` are for terminals and notebooks (`narrow` for narrow ones), `figures`,
`timelines` and `spending` are drawn in one `style`.
"""
