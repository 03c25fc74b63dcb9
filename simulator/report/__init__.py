"""What people see of results, in a terminal, a notebook, the app or a figure.

`words` writes numbers, `verdict` says in three sentences how likely scale is, whether it lasts and whether it pays,
`reasons` why programmes fail, and `signs` what those that do have in common; `outcomes` are told apart. `tables` and
`suite_tables` are for terminals and notebooks (`narrow` for narrow ones), `figures`, `success_figures`, `timelines` and
`spending` are drawn in one `style`. `analyses` speaks of what analyses answer; `page` puts all of it into one page.
"""
