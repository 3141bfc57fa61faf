"""The Python environment of a workspace: planned from version tables and a lock, installed in resumable steps."""
