"""Readygate: one ready / not-ready verdict on a change, from the test reports and coverage that its run left behind."""

__version__ = "0.1.0"
