"""The statements about a plan, a campaign that goes well, and one that doesn't."""
