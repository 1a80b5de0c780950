"""Videos on the Sogni Supernet, a plugin for sogni-core."""
