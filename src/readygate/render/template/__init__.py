"""Render the comment by a user's own template."""
