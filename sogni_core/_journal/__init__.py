"""What this installation remembers of paid work: runs, steps, artifacts, prices, app ids. In SQLite files."""
