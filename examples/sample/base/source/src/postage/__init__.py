"""What a parcel costs to send, and what its label says."""
