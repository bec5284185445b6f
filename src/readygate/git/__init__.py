"""Ask git about a local repository."""
