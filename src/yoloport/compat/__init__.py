"""Decisions on versions: exact, tolerated or refused, each with its reason."""
