"""Measurements, made inside the laboratory; each takes its numbers and returns plain data, and judges nothing."""
