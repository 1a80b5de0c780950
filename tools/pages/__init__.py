"""The generated files, one module each; every one has ``render()``, which returns the whole file."""
