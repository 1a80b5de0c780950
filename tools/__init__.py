"""Tools for those who work on this repository: generated files, and checks of the documentation. Not shipped."""
