"""A plugin for sogni-core that generates portraits in any style from one photo of a face."""
