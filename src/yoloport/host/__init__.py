"""Facts about the machine, read through an injectable root and command runner."""
