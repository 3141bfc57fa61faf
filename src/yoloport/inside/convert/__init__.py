"""Weights to what an engine runs: by upstream's exporter or a vendor's tool, described as it is."""
