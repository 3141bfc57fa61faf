"""Ultralytics on a device whose name it does not know: one file for each module of upstream's that is adapted."""
