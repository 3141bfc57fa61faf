"""Trains, validates, shows and exports a detector in one go, and writes down what happened: `yoloport demo`."""
