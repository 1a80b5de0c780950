"""Connections and nothing else: HTTP, the socket, TLS, and the guard on other people's URLs.

This package alone imports httpx, httpcore and websockets. It makes no decisions: who logs in, when to reconnect and
what an answer means is decided in ``_network``. Every failure of those libraries is translated here, and no text
contains the query of a URL, a header or a body.
"""
