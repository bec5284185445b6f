"""Select, decode and record the snapshots of base branches."""
