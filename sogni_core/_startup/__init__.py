"""Optimizations of how commands start and end, one per module.

Each module says what it saves, by which bench, and why that works. ``python -m bench ablation`` runs commands without
one optimization at a time; an optimization that no bench shows is deleted. This is the lowest layer: it imports only
the standard library, so that ``sogni_core.plugin`` may use it.

``collector`` runs the garbage collector less often, ``distributions`` finds plugins without importlib.metadata,
``imports`` imports modules in a thread, ``pydantic_plugins`` stops pydantic's search for plugins. Others are where they
are used: ``sogni_core.frozen``, and early connections in ``_transport.dialer``, ``_transport.connection_pool`` and
``_network.store_host``.
"""
