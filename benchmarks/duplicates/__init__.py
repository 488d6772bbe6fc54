"""Whether near-duplicates are found: how many, how many falsely, at what cost."""
