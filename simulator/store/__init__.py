"""The files of results, which know nothing of what is computed from them.

`blocks` are replications as tables, `records` all of them by column. `identity` is what they were computed from,
`manifest` says so in JSON (`stored_json` reads it), `shards` keep them while they come (`shard_files` on the disk),
`stores` are memory and what any store can do, `tables` are written at the end, and `files` writes anything as a whole
or not at all. `replication_cache` has what earlier runs have simulated, in the `cache_folder` of the user's.
"""
