"""How right the AI is, and whether it answers at all.

`data_quality` is accuracy on familiar tasks, site by site, and its decay; `edge_cases` are the tasks that the model was
not built for; `outages` are the hours without an answer.
"""
