"""Writing photographs with all their fields, in the formats that other programs read."""
