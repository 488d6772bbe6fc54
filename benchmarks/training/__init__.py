"""Training, measured beside timm's: see `__main__`."""
