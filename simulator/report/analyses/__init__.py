"""What analyses answer, in words and pictures, a module for each by its name.

`decide` tells whether to fund, `compare` speaks of plans that are compared, `until_decided` of two that went on until
one was better. `attribute` tells what the five killers take, `stress` what the five questions show, `timeline` by when
a plan gets where, `gates` what gates decide, `staffing` how many people answer, `rescue` until when a programme could
have been saved, `what_if` what one decision changes, `sensitivity` which inputs drive a plan, and `worth` what it
would be worth to know more. `parts` are tables and figures of theirs that fill a file.
"""
