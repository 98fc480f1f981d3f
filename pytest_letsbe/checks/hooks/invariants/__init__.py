"""The statements about the wrapper plugin and its OpenClaw, grouped by what they need."""
