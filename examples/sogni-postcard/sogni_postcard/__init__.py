"""Postcards of places, a plugin for sogni-core."""
