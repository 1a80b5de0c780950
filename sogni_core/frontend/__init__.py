"""The modules for front ends, to use together with ``app``, ``errors``, ``result`` and ``problem``.

A front end is a command line, a server or a page: people or programs talk to it. It finds the installed modes in
``modes``, shows the ``fields`` of each, passes the given values to ``App.prepare``, and answers with ``objects``. Its
``Dialect`` names the fields. ``execution`` and ``streams`` are for programs with a standard output.
"""
