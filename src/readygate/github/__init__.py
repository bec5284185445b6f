"""Talking to GitHub: the event, the client, and what it knows of commits and their differences."""
