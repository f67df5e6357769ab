"""`story`, as in the end-to-end tests."""

from tests.e2e.conftest import story

__all__ = ["story"]
