"""Speed of the torch-free runtime, of Ultralytics, and of the bare engine; ``benchmarks/runtime.py`` runs it."""
