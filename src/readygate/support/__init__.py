"""Helpers without a subject of their own, used by every room."""
