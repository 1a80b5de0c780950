"""The files for OpenClaw: a manifest, and the skill in its folder."""
