"""Pages to tables: the only room that knows the whole order of work."""
