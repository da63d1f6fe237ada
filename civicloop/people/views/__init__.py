"""Pages of people: the door, one's own account, and what the administrators do."""
