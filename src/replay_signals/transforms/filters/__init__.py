"""One filter language for every command and for Python: conditions as in SQL, bound and never pasted."""
