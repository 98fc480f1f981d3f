"""The check that a repo's CI workflows gate what they claim to gate."""
