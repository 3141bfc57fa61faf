"""The plan of a running workspace, its renderers, and the thin effects that start and stop it."""
