"""What the Sogni Supernet speaks, without a socket, a clock or a file: messages in, events out.

Two words to read twice. A *project* is one paid request; a *job* is one output of it. On the wire a
project's id is called ``jobID`` and a job's id is called ``imgID``. In this room and above it, ``project_id``
is the first, ``job_id`` the second; ``jobIndex`` is the job's place among its project's, from 0.

=================  ==========================================================================
``frames``         one text frame: encode, decode
``ids``            project ids, upload ids, app ids
``connection``     query of the socket's URL, and where the same host answers HTTP
``messages``       what a client says beside ``jobRequest``
``medium``         a medium ready for use: what the plugin that registered it says of one kind of project
``requests``       ``jobRequest`` of a project: what all kinds share, and what the builder of its medium adds
``constants``      every magic value of ``jobRequest``
``tiers``          which values a model takes
``events``         what happened to a project, as values
``state``          one project's life: frames in, events out; ``jobs`` tells which ``imgID`` is which job
``recovery``       a recovered project told again as frames
``greeting``       ``authenticated``, ``balanceUpdate``, ``swarmModels``
``failures``       refusals of the wire as errors of :mod:`sogni_core.errors`
``closing``        what a close code asks for, and how long to wait before the next try
``values``         tolerant reading: a wrong type is no value, never an exception
=================  ==========================================================================

Sections of these modules that begin with "protocol:" state what the service does; the source is the official
JavaScript client 5.54.0 and Python client 5.70.0 unless another is named. Callers import modules:
``from sogni_core._protocol import frames, state``.
"""
