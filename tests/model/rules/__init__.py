"""Rules: each matters, reads what it says, and loses nothing."""
