"""Verdict and comparison to documents, each cut to its budget; pure functions."""
