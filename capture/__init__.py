"""Cameras, streams and lights, turned into shots on disk."""
