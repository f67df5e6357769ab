"""What /api/v1/openapi.json promises is what the API does: schemathesis tries all of it with every check on.

The run is the same every time; with SHIFTBOT_FUZZ_EXAMPLES=500 it is a longer one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from werkzeug.serving import make_server

from tests.db.world import STATUSES
from tests.support.api import Api
from tests.support.postgres import ROOT

pytestmark = pytest.mark.newest_postgres
EXAMPLES = os.environ.get("SHIFTBOT_FUZZ_EXAMPLES", "8")


@contextmanager
def over_http(served: Api) -> Iterator[str]:
    """The same application behind a socket."""
    server = make_server("127.0.0.1", 0, served.http.application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/v1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_nothing_is_answered_that_the_document_does_not_say(served: Api) -> None:
    for status in STATUSES:
        served.world.ticket(status)
    served.post("/tickets", {"source_id": served.source, "body": "Disk is full"})
    served.post("/shifts", {"engineer_id": served.ben, "ends_at": "2900-01-01T00:00:00Z"})
    settings = ("--config-file", "tests/api/schemathesis.toml")
    limits = ("--checks", "all", "--max-examples", EXAMPLES, "--seed", "1", "--generation-deterministic")
    with over_http(served) as url:
        program = (sys.executable, "-m", "schemathesis.cli", *settings, "run", f"{url}/openapi.json")
        environment = os.environ | {
            "SHIFTBOT_API_TOKEN": served.token,
            "API_URL": url,
            "NO_PROXY": "127.0.0.1",
        }
        done = subprocess.run(
            [*program, *limits], cwd=ROOT, env=environment, check=False, capture_output=True, text=True
        )

    assert done.returncode == 0, done.stdout + done.stderr
    assert served.world.rows("select * from ops.verify_journal()") == []
    assert served.world.rows("select * from ops.status_drift") == []


def test_the_document_and_its_page_are_there_for_everybody(served: Api) -> None:
    document = served.http.get("/api/v1/openapi.json")
    page = served.http.get("/api/v1/docs", follow_redirects=True)

    assert document.json is not None
    assert document.json["openapi"] == "3.1.0"
    assert (page.status_code, page.mimetype) == (200, "text/html")
    assert "swagger/js/swagger-ui-bundle.js" in page.text  # from the package, not from somebody else's host
    with served.http.get("/api/v1/swagger/js/swagger-ui-bundle.js") as script:
        assert script.status_code == 200
