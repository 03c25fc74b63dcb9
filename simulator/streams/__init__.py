"""Named random streams and the variates that are drawn from them.

`philox` is the generator, `variates` are inverse distribution functions (numbered in `codes`) on top of `special` ones
and of `quantile_tables`; `designs` spread inputs evenly. `jit` compiles rules and kernels, `linking` makes machine code
of them, and `cache` keeps what it compiled, trusting nobody; `cores` are how many there are to do so.
"""
