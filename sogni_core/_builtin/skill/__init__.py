"""The skill: instructions for agents, generated from the installed plugins."""
