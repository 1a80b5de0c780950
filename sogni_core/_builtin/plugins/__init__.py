"""The commands ``sogni plugins``: what is installed, and changes to it by the environment's own installer."""
