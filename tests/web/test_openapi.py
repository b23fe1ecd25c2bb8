"""What the OpenAPI document says is what the server does: schemathesis asks everything of it, valid and not."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

PATIENCE = 60
"""Seconds for an answer, on however busy a machine."""

# Any 500 is one too that is not documented.
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


@pytest.fixture(scope="module")
def asked(serve, tmp_path_factory):
    """The operations of a server of its own, since they start and delete runs, the id of one that ended, and a
    client."""
    with serve(tmp_path_factory.mktemp("openapi")) as server:
        schema = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
        operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
        assert {"POST /predict", "POST /api/runs", "GET /api/runs/{run}/metrics"} <= {each.label for each in operations}
        run = server.start()["id"]
        server.until(run, "RunFinished")
        with server.client() as client:
            yield operations, run, client


def ask(operation, mode, run=None):
    @given(case=operation.as_strategy(generation_mode=mode), known=st.booleans())
    @settings(max_examples=3, suppress_health_check=list(HealthCheck))
    def each(case, known):
        if run is not None and known and "run" in case.path_parameters:
            case.path_parameters["run"] = run
        answer = case.call(timeout=PATIENCE)
        # That a body is too large refuses it too, which schemathesis does not count.
        refused = answer.status_code == 413
        case.validate_response(
            answer, checks=[each for each in CHECKS if each is not negative_data_rejection or not refused]
        )

    each()


def test_what_the_document_allows_is_answered_as_it_says(asked):
    operations, run, client = asked
    for operation in operations:
        ask(operation, GenerationMode.POSITIVE, None if operation.method == "delete" else run)
        # What it has started need not be trained.
        client.post("/api/runs/stop", json={"all": True}).raise_for_status()


def test_what_the_document_forbids_is_refused_as_it_says(asked):
    operations, *_ = asked
    for operation in operations:
        if operation.body or operation.query:
            ask(operation, GenerationMode.NEGATIVE)


def test_each_operation_has_a_title_in_words(server):
    with server.client() as client:
        paths = client.get("/openapi.json").json()["paths"]
    titles = {
        (path, method): operation["summary"] for path, each in paths.items() for method, operation in each.items()
    }
    assert titles["/api/session", "post"] == "Trade the server's token for a cookie"
    assert {asked: title for asked, title in titles.items() if len(title.split()) < 2} == {}
