"""Training compared with timm: see `__main__`."""
