"""Append-only history (篡改可发现): what happened, who must be told, and seals over it."""
