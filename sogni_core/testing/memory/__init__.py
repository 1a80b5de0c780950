"""A Supernet in memory: everything that a client sends is answered in this process, without sockets or waiting.

It implements the protocol independently of the client. ``network`` is what a test uses, ``state`` is what the network
knows, ``rest`` answers HTTP, ``connections`` answers frames, ``work`` renders a project, ``clock`` lets time pass.
"""
