"""What a front end needs, and all that it may use besides ``app``, ``errors``, ``result`` and ``problem``.

A front end is what people or programs talk to: a command line, a server, a page. It learns from ``modes`` what is
installed, shows each mode's ``fields``, hands what it was given to ``App.prepare``, and answers with the ``objects``.
A ``Dialect`` says what it calls a field. ``execution`` and ``streams`` are for programs with a standard output.
"""
