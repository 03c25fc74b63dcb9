"""One page (HTML, without scripts, and without a request) of what a folder holds of a plan.

`writing` makes it: `stored` finds the run and the answers, `contents` puts them in order, with `answer_tables` of what
answers say, `plan_figures` of the run, the `ledger` of its numbers, and `stress_des`, the statement of the model.
`vectors` are drawings that may stand in a page, `parts` what sections are made of; `page.html.j2` and `page.css` are
filled in.
"""
