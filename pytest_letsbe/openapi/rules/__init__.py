"""Rules by area. Names follow oasdiff's where it has one, since people know them and their suppressions."""
