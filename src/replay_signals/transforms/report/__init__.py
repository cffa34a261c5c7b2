"""Rows of the tables to what the pages of a report show: pure, and every recorded text made visible on the way."""
