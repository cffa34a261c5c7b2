"""A report: what the tables say as a folder of pages that opens without a server."""
