"""The plugin host: finds plugins, loads each by itself, attributes what goes wrong, and keeps the registry.

``discovery`` reads entry points, ``plugin_file`` finds and loads one-file plugins, ``selection`` says which are wanted,
``host`` loads and asks the plugins, ``registry`` answers what exists, and ``absence`` what to say of what does not.
``targets`` turns ``"module:attribute"`` into an object, ``target_check`` finds the targets that are broken, ``memory``
keeps what was installed, ``extras`` names the official plugins that may be missing.
"""
