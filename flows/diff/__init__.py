"""What differs between two versions, and between two recipes."""
