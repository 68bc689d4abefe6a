"""One module a family: which files it takes, which published configurations it knows, and what a worker must be told."""
