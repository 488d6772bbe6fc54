"""The quality and speed of the crops, compared with libvips and smartcrop."""
