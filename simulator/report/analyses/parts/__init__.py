"""Tables and figures of analyses that fill a file, and words that several share; `board` has the questions of one.

Of comparisons: `comparison_table`, `forests`, and how `differences` are written. `decide_table`, `decide_figure`,
`gate_views`, `sensitivity` (a room), `staffing_table`, `staffing_figure`, `timeline_table`, `timeline_figure` and
`worth` (a room) belong to the analyses of these names. `events` are those of a trace, in words.
"""
