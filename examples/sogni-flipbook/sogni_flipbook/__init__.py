"""Sheets of a flipbook's pages, a plugin for sogni-core with a medium of its own."""
