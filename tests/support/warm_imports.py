"""What a dashboard imports before it serves; imported once, by the process that its tests fork from."""

import importlib

import pandas  # noqa: F401
import streamlit  # noqa: F401

import dashboard.server  # noqa: F401
import shiftbot.cli  # noqa: F401
from dashboard.pages_of import PAGES

for page in PAGES:
    importlib.import_module(f"dashboard.{page.file.rpartition('/')[2].removesuffix('.py')}")
