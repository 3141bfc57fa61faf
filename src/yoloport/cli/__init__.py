"""The command line: one verb a file; each parses, calls, prints. Heavy imports live in the verb that needs them."""
