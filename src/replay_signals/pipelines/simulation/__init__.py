"""A site with a known truth: sessions drawn by seed, with planted problems, as rows of the tables of facts."""
