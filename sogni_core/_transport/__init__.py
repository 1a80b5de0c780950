"""Connections and nothing else: HTTP, the socket, TLS, and the guard on other people's URLs.

This room is the only importer of httpx, httpcore and websockets. It knows no policy: who logs in, when
to reconnect and what an answer means is decided in ``_network``. Every failure of those libraries is
translated here, with no query of a URL, no header and no body in any text.
"""
