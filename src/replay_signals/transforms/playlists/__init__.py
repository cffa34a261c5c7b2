"""Collections and playlists: what they hold, and in which order their sessions are watched."""
