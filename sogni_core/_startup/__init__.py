"""What makes commands start and end faster than plain code would, one measure to a module.

Each module says what it buys, which bench shows it (``python -m bench startup image``) and what it costs. Anything that
no bench shows does not belong here. Lowest layer: nothing but the standard library is imported, and nothing at all by
this package itself, so that ``sogni_core.plugin`` may use it.

``collector`` calls the garbage collector less often, ``distributions`` finds plugins without importlib.metadata,
``imports`` imports in threads, ``pydantic_plugins`` keeps pydantic from searching for plugins of its own. Two measures
are elsewhere: ``sogni_core.frozen``, which every layer uses, and what opens connections early (``_transport.dialer``,
``_transport.connection_pool``, ``_network.store_host``).
"""
