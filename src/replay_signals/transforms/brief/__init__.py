"""The brief of a problem, for whoever mends it."""
