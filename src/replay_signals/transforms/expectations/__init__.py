"""Expectations of single rows, for where rows come one by one."""
