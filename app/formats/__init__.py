"""A run's numbers in other people's formats: CSV, JSON, npy, PNG."""
