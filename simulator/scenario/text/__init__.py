"""Text and where it stands: the ground floor of scenarios.

`characters` are those that can be shown, `problems` what is wrong and where. `tree` is a document with places,
`reading` makes one of YAML, `diagnosis` says what is wrong with its syntax, `writing` goes back; `paths` are dotted.
"""
