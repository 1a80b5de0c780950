"""A plugin for sogni-core that generates videos on the Sogni Supernet."""
