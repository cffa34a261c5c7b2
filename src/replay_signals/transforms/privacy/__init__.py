"""Privacy: the one place where text leaves. Everything here is pure, total and bounded.

`policy.Policy` is made once of the rules and a key; digests, event rows and dead letters ask it about each text that
they keep.
"""
