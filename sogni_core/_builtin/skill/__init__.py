"""The skill: what an agent is told of this program, assembled from what is installed."""
