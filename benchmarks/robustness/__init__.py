"""What the studio withstands: kills, full disks, bad inputs, bombs and foreign requests."""
