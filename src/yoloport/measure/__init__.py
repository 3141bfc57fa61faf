"""Measurements and how they are shown: reports, charts, boxes. Pure: no torch, no files, no clock."""
