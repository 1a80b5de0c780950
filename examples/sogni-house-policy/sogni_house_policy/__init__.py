"""House rules for everything that is submitted, a plugin for sogni-core."""
