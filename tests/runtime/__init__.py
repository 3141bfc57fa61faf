"""Tests of the torch-free runtime; a package, since benchmarks have a `runtime` of their own."""
