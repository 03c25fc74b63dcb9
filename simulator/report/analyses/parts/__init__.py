"""Tables and figures of analyses that fill a file, and words that several share.

Of comparisons: `comparison_table`, `forests`, and how `differences` are written. `gate_views`, `staffing_table`,
`staffing_figure`, `timeline_table`, `timeline_figure`, `worth_table`, `worth_figure`, `worth_pilots` and `worth_words`
belong to the analyses of these names. `events` are those of a
trace, in words.
"""
