"""`python -m simulator.cli` is `scaleup`."""

from simulator.cli import main

if __name__ == "__main__":  # worker processes import this file again
    main()
