"""A fuzzer of all that a user writes: files of any bytes, scenarios, overlays, suites and `--set`.

    python -m tests.fuzzing --seconds 3600 --seed 7 --keep faults     # for long
    python -m tests.fuzzing --seed 7 --case 1234                      # one case again, in this process

A case is a function of seed and number. `cases` makes it of the corpus and the shipped scenarios, by the mutations of
`texts` and `trees`; `oracle` says what must hold of it; `watch` runs cases in a process of their own.
"""
