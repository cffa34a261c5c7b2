"""Problems: what many sessions say of one cause. Pure functions of small counts; docs/impact.md measures them."""
