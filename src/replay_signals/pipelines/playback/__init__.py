"""Playback: where the raw events of a session are found, and the player that shows them."""
