"""Which release this is. Kept here too: to ask the installed package would take longer than all else that is told."""

# Not even `typing` is imported: this is all that `hexflows --version` needs.
VERSION = "0.1.0"
