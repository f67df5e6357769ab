"""A believable database by the million: tickets with their journals, replies and pages, made without the triggers."""
