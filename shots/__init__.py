"""Pictures of every page, for every role, at three widths."""
