"""The comment by a user's own template."""
