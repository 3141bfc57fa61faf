"""Mutated files and random numbers for whatever the runtime reads from outside: only a ``Problem`` may come of them."""
