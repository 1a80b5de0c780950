"""What OpenClaw is given: a manifest, and the skill where it looks for one."""
