"""The pages of the app, a file each; `site` lists them.

`simulate`: a scenario, its levers, and what becomes of it.
"""
