"""People against theory: who starts, stays, judges and leaves."""
