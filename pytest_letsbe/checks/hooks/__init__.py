"""The check that drives the real OpenClaw with the package's own plugin."""
