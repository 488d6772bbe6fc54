"""How good the crops are, and how fast, beside libvips and smartcrop."""
