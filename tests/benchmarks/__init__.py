"""What speed is claimed, measured: make bench."""
