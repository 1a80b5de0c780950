"""A plugin for sogni-core that shows a subject from every side, as images or as a turntable video."""
