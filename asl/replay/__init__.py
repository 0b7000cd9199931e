"""Replaying what was recorded of executions on AWS, to walk through it, and to see where a definition differs."""
