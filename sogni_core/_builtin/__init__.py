"""The plugin of the core: the image mode, and commands for account, settings, models, runs and plugins.

It uses the same hooks as any other plugin. ``plugin`` lists everything that it registers.
"""
