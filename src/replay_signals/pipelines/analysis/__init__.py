"""Questions of analysts over the tables of a warehouse, answered by DuckDB."""
