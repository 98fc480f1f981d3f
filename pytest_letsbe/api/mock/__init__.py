"""A server made from a description alone: it refuses what isn't described and answers what is."""
