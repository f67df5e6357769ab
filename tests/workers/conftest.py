"""`story` and `duty`, as in the end-to-end tests."""

from tests.e2e.conftest import duty, story

__all__ = ["duty", "story"]
