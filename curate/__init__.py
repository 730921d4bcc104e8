"""Shots turned into scores, flags and one manifest."""
