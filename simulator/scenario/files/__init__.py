"""Files of scenarios and suites, and what they extend.

`shipped` are those that come with the program, `template` starts one of your own, `upload` is one that a visitor
brings. `inheritance` merges one file into what it extends. `overlays` lays files over each other, for which
`addressing` makes names of roles (who that is: `roles`) and numbers of relative ones (`relative`). `loading` makes a
scenario of them; `suite_file` is what a suite says.
"""
