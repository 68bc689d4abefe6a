"""The networks of every family, by the names of their public checkpoints, and the shapes that they come in."""
