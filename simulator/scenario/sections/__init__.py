"""The sections of a scenario file, one file each, with every field's unit, bounds and meaning.

In the order of the file: `observed`, `people`, `ai`, `calendar`, `integration`, `support`, `outages`,
`change_programme`, `correlation`, `rollout`, `economics`, `success`, `lever`.
"""
