"""Robustness of the studio: kills, full disks, bad inputs, bombs and foreign requests."""
