"""A world without the internet: every address is ours, and whoever dials one is seen."""
