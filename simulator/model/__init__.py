"""The model: the rules, one file per mechanism, and the state that they act on."""
