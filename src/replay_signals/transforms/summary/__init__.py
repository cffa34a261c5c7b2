"""What happened in a session, in three sentences."""
