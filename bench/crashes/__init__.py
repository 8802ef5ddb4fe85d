"""Builds and updates that are killed at random moments: what is left of the index."""
