"""Lessons by REST, and the pages that show what they train."""

import re

import pytest

from app.lessons.contents import LESSONS


@pytest.fixture(scope="module")
def client(server):
    with server.client() as client:
        yield client


@pytest.fixture(scope="module")
def fresh(serve, tmp_path_factory):
    """Of a server that has trained nothing."""
    with serve(tmp_path_factory.mktemp("fresh")) as server, server.client() as client:
        yield client


def ask(client, status=200, slug="learning-rate", trial="rates", **choices):
    answer = client.post(f"/api/lessons/{slug}/trials/{trial}", json={"choices": choices})
    assert answer.status_code == status, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def trained(server, client):
    """A lesson's page before its trial was trained; the trial's runs, which have ended; those of a second who asked."""
    page = client.get("/lessons/learning-rate", headers={"accept": "text/html"}).text
    runs, again = ask(client, 201)["runs"], ask(client)["runs"]
    for run in runs:
        assert server.until(run["id"], "RunFinished", "RunFailed")
    return page, runs, again


def test_a_trial_is_trained_once_for_all_who_ask(client, trained):
    _, runs, again = trained
    rates = [run["recipe"]["learning_rate"] for run in runs]
    assert rates == sorted(rates)
    assert {run["origin"] for run in runs} == {"lesson"}
    assert [run["id"] for run in again] == [run["id"] for run in runs]
    listed = client.get("/api/runs?limit=200").json()["runs"]
    assert not {run["id"] for run in listed} & {run["id"] for run in runs}


def test_its_page_has_the_result_without_a_script(client, trained):
    before, *_ = trained
    assert "Measured before" in before
    page = client.get("/lessons/learning-rate", headers={"accept": "text/html"}).text
    rows = page.partition("<tbody>")[2].partition("</tbody>")[0]
    assert rows.count("<tr>") == rows.count("/runs/") == 12
    assert "97." in rows
    assert "Measured before" not in page


@pytest.mark.parametrize("slug", [each.slug for each in LESSONS])
def test_each_page_explains_words_that_other_lessons_introduce(fresh, slug):
    page = fresh.get(f"/lessons/{slug}", headers={"accept": "text/html"}).text
    words = page.partition('class="lesson-terms"')[2].partition("</details>")[0]
    assert len(re.findall("<dt>[^<]+</dt><dd>[^<]+</dd>", words)) == words.count("<dt>") >= 4


@pytest.mark.parametrize("slug", [each.slug for each in LESSONS])
def test_without_a_script_or_a_run_each_page_has_measured_results(fresh, slug):
    page = fresh.get(f"/lessons/{slug}", headers={"accept": "text/html"}).text
    result = page.partition('data-part="result"')[2].partition("</section>")[0]
    assert re.search(r"\d\.\d", result)
    assert "…" not in result


@pytest.mark.parametrize(
    ("choices", "field"),
    [({"loss": "accuracy"}, "choices.loss"), ({"epochs": 1}, "choices.epochs"), ({"seed": [1]}, "choices.seed")],
)
def test_what_is_not_offered_is_refused_by_its_name(client, choices, field):
    answer = client.post("/api/lessons/learning-rate/trials/rates", json={"choices": choices})
    assert answer.status_code == 422
    assert {each["field"][: len(field)] for each in answer.json()["errors"]} == {field}


@pytest.mark.parametrize("path", ["/api/lessons/calculus/trials/rates", "/api/lessons/learning-rate/trials/luck"])
def test_an_unknown_lesson_or_trial_is_not_found(client, path):
    answer = client.post(path, json={})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_an_unknown_lessons_page_is_for_people(client):
    answer = client.get("/lessons/calculus", headers={"accept": "text/html"})
    assert answer.status_code == 404
    assert "There is no such lesson." in answer.text


def test_the_list_says_what_can_be_asked(client):
    lessons = {each["slug"]: each for each in client.get("/api/lessons").json()}
    rates = lessons["learning-rate"]["trials"]["rates"]
    assert len(rates["axes"]["learning_rate"]) == 12
    assert rates["choices"]["loss"] == ["mnist_loss", "bce"]


def test_nobody_needs_to_be_signed_in(serve, tmp_path):
    with serve(tmp_path, token="secret") as locked, locked.client() as stranger:
        assert stranger.post("/api/runs", json={}).status_code == 401
        ask(stranger, 201)
