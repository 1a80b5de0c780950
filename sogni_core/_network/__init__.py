"""The live Supernet, or whatever listens like it: accounts, the session and its socket, transfers, catalogue, prices.

Policy lives here; connections are made in ``_transport`` and frames are read in ``_protocol``. A session has one
socket for all its projects. Nothing here knows the journal: what must be written down before a paid frame leaves
is a callback of :meth:`submission.Submission.send`.
"""
