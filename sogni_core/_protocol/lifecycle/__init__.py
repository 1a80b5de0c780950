"""The paid life of a project: a pure state machine, without I/O, clock or event loop.

``life`` is its state, ``inputs`` and ``outputs`` are what goes in and out, ``machine.step`` is the function between
them. ``evidence`` holds the answers of the service and the two proofs that a request may be written again.
:mod:`sogni_core._network.submission` does what the outputs say.
"""
