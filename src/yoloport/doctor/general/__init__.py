"""Checks that name no vendor: what a platform's folder says is held against what the machine is."""
