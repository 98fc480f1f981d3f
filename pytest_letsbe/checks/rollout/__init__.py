"""rollout: a campaign reaches every tenant in waves, stops at the first sign of harm, and takes back what it did."""
