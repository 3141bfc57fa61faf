"""The tutorial that every workspace starts with, in English and Chinese."""
