"""Stop, or say it loudly, where a run that was meant for an accelerator would be computed on the processor."""
