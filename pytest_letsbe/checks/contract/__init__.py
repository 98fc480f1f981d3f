"""contract: an API keeps to its description, and the description to what its consumers read."""
