"""Datasets that the project makes itself."""
