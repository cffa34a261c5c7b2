"""The part of scripts that is the same in all of them: their text is read, never imported."""
