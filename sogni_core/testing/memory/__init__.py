"""A Supernet in memory: what a session sends is answered in this process, without sockets and without waiting.

It follows the protocol on its own and shares no code with the client it serves. ``network`` is what a test holds,
``service`` answers HTTP and frames, ``project`` keeps what was ordered, ``clock`` makes time pass.
"""
