"""Portraits in any style from one photograph of a face, a plugin for sogni-core."""
