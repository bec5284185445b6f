"""Readygate: one ready / not-ready verdict on a change, from the test reports and coverage that its run left behind."""

from readygate.model import late

# before anything else asks for it: it needs `inspect` for classes without a docstring, which takes longer to load
with late.stand_ins(late.Module("inspect")):
    import dataclasses  # noqa: F401

__version__ = "0.1.0"
