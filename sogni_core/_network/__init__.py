"""The live Supernet, or any network that speaks its protocol: accounts, sessions, transfers, catalogue, prices.

Decisions are made here; connections are made in ``_transport``, and frames are read in ``_protocol``. A session has one
socket for all its projects. Nothing here knows the journal: :meth:`submission.Submission.send` calls back before a paid
frame leaves, so that its caller can write it down.
"""
