"""A problem mended in a repository: git, the programs that are run, and one attempt."""
