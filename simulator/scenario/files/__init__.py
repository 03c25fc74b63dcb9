"""Files of scenarios and suites, and what they extend.

`shipped` are those that come with the program, `template` starts one of your own, `upload` is one that a visitor
brings. `inheritance` lays files over each other, `loading` makes a scenario of them; `suite_file` is what a suite says.
"""
