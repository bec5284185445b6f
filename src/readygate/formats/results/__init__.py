"""Formats of test reports, one module each: `FORMAT`."""
