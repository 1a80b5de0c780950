"""The plugin host: finds plugins, loads each by itself, attributes what goes wrong, and keeps the registry.

``discovery`` reads entry points, ``host`` loads and asks the plugins, ``registry`` answers what exists,
``targets`` turns ``"module:attribute"`` into an object, ``known`` names the official plugins that may be missing.
"""
