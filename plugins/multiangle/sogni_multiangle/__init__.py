"""One subject from every side, and a turntable video of it, a plugin for sogni-core."""
