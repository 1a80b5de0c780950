"""The protocol of the Sogni Supernet, without a socket, a clock or a file: messages in, events out.

A *project* is one paid request; a *job* is one output of it. The wire calls a project's id ``jobID`` and a job's id
``imgID``; this program calls them ``project_id`` and ``job_id``. ``jobIndex`` is the place of a job in its project,
from 0.

=================  ==========================================================================
``frames``         one text frame: encode, decode
``ids``            project ids, upload ids, app ids
``connection``     query of the socket's URL, and where the same host answers HTTP
``messages``       what a client sends besides ``jobRequest``
``medium``         a medium ready for use: what the plugin that registered it says of one kind of project
``requests``       ``jobRequest`` of a project: what all kinds share, and what the builder of its medium adds
``constants``      every magic value of ``jobRequest``
``tiers``          the limits of a model
``events``         what happened to a project, as values
``state``          one project's life: frames in, events out; ``jobs`` tells which ``imgID`` is which job
``recovery``       a recovered project, replayed as frames
``greeting``       ``authenticated``, balances, ``swarmModels``
``failures``       errors of the wire as errors of :mod:`sogni_core.errors`
``close_codes``    what a close code means: reconnect, log out, give up
``values``         tolerant reading: a wrong type is no value, never an exception
=================  ==========================================================================

Sentences that begin with "protocol:" say what the service does; their source is the official JavaScript client 5.54.0
or Python client 5.70.0, unless another is named. Callers import modules: ``from sogni_core._protocol import frames,
state``.
"""
