"""Render the report as a self-contained HTML page."""
