"""`python -m simulator.cli` is `scaleup`."""

from simulator.cli import main

main()
