"""The core's own plugin: the image mode, and commands for account, settings, models, runs and plugins.

It registers through the same hooks as anybody's plugin; ``plugin`` says all that it brings.
"""
