"""What it is worth to know something before a choice between plans is made, from the runs that are there.

`learned`: what is to be expected once inputs are known. `perfect`: what that is worth. `net_benefits`: what is at
stake between plans. `bundles`: what is learned together. `sample`: what pilots are worth, and `turning` the reading
that would turn the decision.
"""
