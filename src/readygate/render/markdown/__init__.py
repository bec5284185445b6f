"""The Markdown of comment, check and summary."""
