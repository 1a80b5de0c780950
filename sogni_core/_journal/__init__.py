"""What this installation remembers of paid work, in SQLite files: runs, steps, artifacts, found projects, app ids."""
