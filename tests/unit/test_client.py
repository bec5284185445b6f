"""The session with GitHub: what is tried again, what is never sent twice, how long is waited, and how failures read."""

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from tests.fakes.github import FakeGitHub, faults

from readygate.github.client import LONGEST_WAIT, TRIES, GitHub
from readygate.github.files import file_at
from readygate.github.responses import Failure, error_of, read
from readygate.support.deadline import REPORTING_RESERVE, Clock, Deadline, jitter
from readygate.support.errors import ForgeError, NotFoundError, PermissionDeniedError, TimeBudgetError

NOW = 1_800_000_000.0
QUERY = '{ repository(owner: "acme", name: "widgets") { id } }'


class Place:
    """A session, the fake behind it, and the waits and lines it made."""

    def __init__(self, hub: FakeGitHub, minutes: float | None = None, timeout: int = 30) -> None:
        self.hub = hub
        self.waited: list[float] = []
        self.lines: list[str] = []
        clock = Clock(
            now=lambda: sum(self.waited), wall=lambda: time.time() + sum(self.waited), sleep=self.wait, timeout=timeout
        )
        token = hub.token({"contents": "write", "pull-requests": "write", "actions": "read"})
        deadline = Deadline(minutes, clock)
        self.github = GitHub(
            api_url=hub.url, token=token, repository="acme/widgets", deadline=deadline, log=self.lines.append
        )

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)

    def sent(self, method: str = "*") -> int:
        return sum(method in ("*", request.method) for request in self.hub.requests)


@pytest.fixture
def hub() -> Iterator[FakeGitHub]:
    with FakeGitHub() as made:
        sha = made.commit({"a.py": "x = 1\n"}, branch="main")
        made.open_pull(7, head="topic", head_sha=made.commit({"a.py": "x = 2\n"}, branch="topic", parents=[sha]))
        yield made


@pytest.fixture
def place(hub: FakeGitHub) -> Place:
    return Place(hub)


PASSING = [
    faults.answer(500),
    faults.answer(502, b"<html>"),
    faults.answer(503, None, {"retry-after": "3"}),
    faults.answer(504),
    faults.DROP_BEFORE,
    faults.DROP_AFTER,
    faults.MALFORMED,
    faults.TRUNCATED,
]


@pytest.mark.parametrize("action", PASSING, ids=lambda action: f"{action.kind} {action.status}")
def test_reading_is_tried_again_and_gives_up(place: Place, action: faults.Action) -> None:
    place.hub.fault("GET", "/pulls/7$", action, times=TRIES - 1)
    assert place.github.get("/pulls/7")["number"] == 7
    assert (place.sent(), len(place.waited)) == (TRIES, TRIES - 1)
    assert len(place.lines) == TRIES - 1

    place.hub.fault("GET", "/pulls/7$", action, times=TRIES)
    with pytest.raises(ForgeError) as caught:
        place.github.get("/pulls/7")
    assert place.sent() == 2 * TRIES
    assert caught.value.where.startswith("GET /repos/acme/widgets/pulls/7")
    assert caught.value.todo


def test_pauses_grow_and_differ(place: Place) -> None:
    place.hub.fault("GET", "/pulls/7$", faults.answer(502), times=TRIES - 1)
    place.github.get("/pulls/7")
    assert all(0.5 * 2**n <= wait <= 2**n for n, wait in enumerate(place.waited))
    assert len({jitter(1) for _ in range(20)}) > 1


def test_a_server_that_says_when_to_come_back_is_heard(place: Place) -> None:
    place.hub.fault("GET", "/pulls/7$", faults.answer(503, None, {"retry-after": "17"}))
    place.github.get("/pulls/7")
    assert place.waited == [17]


@pytest.mark.parametrize(
    ("action", "waits"),
    [
        (faults.secondary_limit(retry_after=5), [5]),
        (faults.secondary_limit(retry_after=5, status=429), [5]),
        (faults.secondary_limit(), [60]),
        (faults.answer(429, b""), [60]),
        (faults.answer(429, {"message": "x"}, {"retry-after": "tomorrow"}), [60]),
    ],
)
def test_a_limit_is_waited_for_and_nothing_was_done(place: Place, action: faults.Action, waits: list[float]) -> None:
    place.hub.fault("POST", "/comments$", action)
    place.github.create("/issues/7/comments", {"body": "x"}, find=lambda: pytest.fail("nobody needs to look"))
    assert place.waited == waits
    assert len(place.hub.comments(7)) == 1


def test_a_primary_limit_is_waited_for_until_it_is_over(place: Place) -> None:
    place.hub.fault("GET", "/pulls/7$", faults.primary_limit(reset_in=40))
    place.github.get("/pulls/7")
    (waited,) = place.waited
    assert 38 <= waited <= 42


@pytest.mark.parametrize("action", [faults.primary_limit(3_600), faults.secondary_limit(int(LONGEST_WAIT) + 1)])
def test_a_limit_that_lasts_too_long_is_an_error_at_once(place: Place, action: faults.Action) -> None:
    place.hub.fault("GET", "/pulls/7$", action)
    with pytest.raises(ForgeError, match="rate limit") as caught:
        place.github.get("/pulls/7")
    assert caught.value.why == "the rate limit is used up"
    assert place.waited == []


def test_a_missing_permission_is_no_limit_even_with_the_last_request(place: Place) -> None:
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9999999999"}
    body = {"message": "Resource not accessible by integration"}
    place.hub.fault("GET", "/pulls/7$", faults.answer(403, body, headers))
    with pytest.raises(PermissionDeniedError):
        place.github.get("/pulls/7")
    assert place.sent() == 1


def test_a_token_that_is_none_is_not_taken_for_a_permission_that_lacks(place: Place) -> None:
    with pytest.raises(PermissionDeniedError) as caught:
        GitHub(api_url=place.hub.url, token="ghs_none", repository="acme/widgets").get("/pulls/7")
    assert "expired" in caught.value.why


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422])
def test_a_clear_refusal_is_not_repeated(place: Place, status: int) -> None:
    place.hub.fault("*", "/comments$", faults.answer(status))
    with pytest.raises(ForgeError) as caught:
        place.github.create("/issues/7/comments", {"body": "x"}, find=lambda: pytest.fail("nobody needs to look"))
    assert caught.value.status == status
    assert (place.sent(), place.waited) == (1, [])


class TestCreating:
    """What creates is sent again only when it is known not to be there."""

    def create(self, place: Place) -> Any:
        def find() -> Any:
            return next((row for row in place.hub.comments(7) if row["body"] == "x"), None)

        return place.github.create("/issues/7/comments", {"body": "x"}, find)

    @pytest.mark.parametrize("action", PASSING, ids=lambda action: f"{action.kind} {action.status}")
    def test_it_is_there_once(self, place: Place, action: faults.Action) -> None:
        place.hub.fault("POST", "/comments$", action)
        assert self.create(place)["id"] == place.hub.comments(7)[0]["id"]
        assert len(place.hub.comments(7)) == 1
        done = action.kind in ("drop_after", "malformed", "truncated")
        assert place.sent("POST") == (1 if done else 2)

    @pytest.mark.parametrize("action", PASSING, ids=lambda action: f"{action.kind} {action.status}")
    def test_it_is_never_there_twice(self, place: Place, action: faults.Action) -> None:
        place.hub.fault("POST", "/comments$", action, times=10_000)
        try:
            self.create(place)
        except ForgeError:
            assert place.sent("POST") == TRIES
        assert len(place.hub.comments(7)) <= 1

    def test_a_last_try_that_took_effect_is_found(self, place: Place) -> None:
        place.hub.fault("POST", "/comments$", faults.DROP_BEFORE, times=TRIES - 1)
        place.hub.fault("POST", "/comments$", faults.DROP_AFTER)
        assert self.create(place)["body"] == "x"

    def test_if_nobody_can_look_it_is_not_sent_again(self, place: Place) -> None:
        place.hub.fault("POST", "/comments$", faults.DROP_BEFORE)

        def find() -> Any:
            raise ForgeError("nobody can look")

        with pytest.raises(ForgeError, match="nobody can look"):
            place.github.create("/issues/7/comments", {"body": "x"}, find)
        assert place.sent("POST") == 1

    def test_a_silent_server_is_left_in_time(self, hub: FakeGitHub) -> None:
        place = Place(hub, timeout=1)
        hub.fault("POST", "/comments$", faults.HANG_AFTER)
        assert self.create(place)["body"] == "x"
        assert place.sent("POST") == 1


class TestAnswers:
    """What is no answer is a named error, and never an exception of the program."""

    @pytest.mark.parametrize("body", [b"", b"null", b"[]", b"7", b'"text"', b"{", b"\xff\xfe", b"[" * 100_000])
    def test_of_a_form_that_nobody_expects(self, place: Place, body: bytes) -> None:
        place.hub.fault("GET", "/pulls/7$", faults.answer(200, body), times=TRIES)
        with pytest.raises(ForgeError, match="GitHub's answer"):
            place.github.get("/pulls/7")

    @pytest.mark.parametrize("body", [b"", b"null", b"{}", b"7"])
    def test_a_list_that_is_none(self, place: Place, body: bytes) -> None:
        place.hub.fault("GET", "/commits$", faults.answer(200, body), times=TRIES)
        with pytest.raises(ForgeError, match="GitHub's answer is no list"):
            list(place.github.pages("/commits"))

    def test_a_field_that_is_missing_is_named(self, place: Place) -> None:
        place.hub.fault("GET", "/pulls/7$", faults.answer(200, {"head": {"ref": "x"}}))
        pull = place.github.get("/pulls/7")
        with pytest.raises(ForgeError, match="lacks 'sha'") as caught:
            pull["head"]["sha"]
        assert "/pulls/7" in caught.value.where
        assert pull.get("sha") is None

    @pytest.mark.parametrize(
        ("answer", "kind"),
        [
            ({"errors": [{"type": "FORBIDDEN", "message": "m"}]}, PermissionDeniedError),
            ({"errors": [{"type": "NOT_FOUND", "message": "m"}]}, NotFoundError),
            ({"errors": [{"message": "m"}], "data": None}, ForgeError),
            ({"errors": ["m"]}, ForgeError),
            ({"errors": {"a": 1}}, ForgeError),
            ({}, ForgeError),
            ({"data": []}, ForgeError),
        ],
    )
    def test_of_graphql(self, place: Place, answer: dict[str, Any], kind: type[ForgeError]) -> None:
        place.hub.fault("POST", "/graphql", faults.answer(200, answer), times=TRIES)
        with pytest.raises(kind):
            place.github.query(QUERY, {})

    @pytest.mark.parametrize(
        "error",
        [
            {"type": "RATE_LIMITED", "message": "API rate limit exceeded"},
            {"message": "Something went wrong while executing your query. This may be the result of a timeout"},
        ],
    )
    def test_of_graphql_that_pass(self, place: Place, error: dict[str, str]) -> None:
        place.hub.fault("POST", "/graphql", faults.answer(200, {"errors": [error]}), times=2)
        assert place.github.query(QUERY, {})["repository"]["id"].startswith("R_")
        assert len(place.waited) == 2

    def test_odd_headers_of_a_proxy(self, place: Place) -> None:
        odd = {"x-ratelimit-remaining": "many", "x-ratelimit-limit": "more", "x-ratelimit-reset": "soon"}
        place.hub.fault("GET", "/pulls/7$", faults.answer(200, {"number": 7}, odd), times=TRIES)
        with pytest.raises(ForgeError, match="cannot be followed"):
            place.github.get("/pulls/7")

    def test_a_redirect_to_another_host(self, place: Place) -> None:
        away = faults.answer(301, b"", {"location": "https://elsewhere.example.org/x"})
        place.hub.fault("GET", "/pulls/7$", away, times=TRIES)
        with pytest.raises(ForgeError):
            place.github.get("/pulls/7")

    @pytest.mark.parametrize("text", ["", "[]", "null", '{"errors": 7}', '{"errors": [null, 1, {"code": "x"}]}', "{"])
    def test_any_body_of_an_error_can_be_told(self, text: str) -> None:
        for status in (400, 403, 404, 429, 500):
            assert str(status) in error_of(status, text, "GET /x").what
            assert isinstance(read(status, {}, text, "GET /x", NOW), Failure)


class TestDownload:
    """The two hosts of an artifact."""

    def test_both_hosts_may_be_disturbed(self, place: Place) -> None:
        number = place.hub.add_artifact(1, "a", b"data")
        place.hub.fault("GET", "/zip$", faults.answer(502))
        place.hub.fault("GET", "/zip$", faults.DROP_BEFORE)
        assert place.github.download(f"/actions/artifacts/{number}/zip", 100) == b"data"

    def test_no_netrc_of_the_machine_takes_the_place_of_the_token(
        self, place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rules = tmp_path / "netrc"
        rules.write_text("default login somebody password else\n")
        rules.chmod(0o600)
        monkeypatch.setenv("NETRC", str(rules))
        number = place.hub.add_artifact(1, "a", b"data")
        assert place.github.download(f"/actions/artifacts/{number}/zip", 100) == b"data"
        assert place.github.get("/pulls/7")["number"] == 7

    def test_it_is_bounded(self, place: Place) -> None:
        number = place.hub.add_artifact(1, "a", b"x" * 101)
        with pytest.raises(ForgeError, match="larger than"):
            place.github.download(f"/actions/artifacts/{number}/zip", 100)

    def test_it_may_be_gone(self, place: Place) -> None:
        number = place.hub.add_artifact(1, "a", b"x", expired=True)
        with pytest.raises(NotFoundError):
            place.github.download(f"/actions/artifacts/{number}/zip", 100)


class TestRaw:
    """Files and blobs as bytes."""

    def test_the_bytes_are_unchanged(self, place: Place) -> None:
        data = bytes(range(256)) * 5_000
        place.hub.commit({"x.bin": data}, branch="raw")
        assert place.github.raw("/contents/x.bin", 2_000_000, ref="refs/heads/raw") == data
        sha = place.hub.git.run("rev-parse", "raw:x.bin").decode().strip()
        assert place.github.raw(f"/git/blobs/{sha}", 2_000_000) == data

    def test_a_short_outage_is_survived(self, place: Place) -> None:
        place.hub.commit({"x": b"data"}, branch="raw")
        for action in (faults.answer(502), faults.TRUNCATED, faults.secondary_limit(retry_after=1)):
            place.hub.fault("GET", "/contents/", action)
        assert place.github.raw("/contents/x", 100, ref="raw") == b"data"

    def test_it_is_bounded(self, place: Place) -> None:
        place.hub.commit({"x": b"x" * 101}, branch="raw")
        with pytest.raises(ForgeError, match="larger than"):
            place.github.raw("/contents/x", 100, ref="raw")

    def test_a_missing_file_is_not_found(self, place: Place) -> None:
        with pytest.raises(NotFoundError):
            place.github.raw("/contents/none", 100, ref="main")

    def test_a_folder_is_no_file(self, place: Place) -> None:
        place.hub.commit({"d/x": b"x"}, branch="raw")
        with pytest.raises(ForgeError, match="is no file"):
            place.github.raw("/contents/d", 100, ref="raw")

    def test_a_folder_is_not_read_as_a_policy_file(self, place: Place) -> None:
        place.hub.commit({"d/x": b"x"}, branch="raw")
        with pytest.raises(ForgeError, match="d at raw is not a regular file of up to 1 MiB"):
            file_at(place.github, "d", "raw")


class TestDeadline:
    """Nothing is waited for beyond the time that a step may take."""

    def test_a_wait_that_would_end_later_is_not_begun(self, hub: FakeGitHub) -> None:
        place = Place(hub, minutes=2)
        hub.fault("GET", "/pulls/7$", faults.secondary_limit(retry_after=100), times=9)
        with pytest.raises(TimeBudgetError, match="time budget of 2 minutes") as caught:
            place.github.get("/pulls/7")
        assert place.waited == []
        assert "time-budget" in caught.value.todo

    def test_a_part_is_kept_for_telling(self, hub: FakeGitHub) -> None:
        place = Place(hub, minutes=10)
        place.waited.append(600 - REPORTING_RESERVE)
        with pytest.raises(TimeBudgetError):
            place.github.get("/pulls/7")
        assert place.sent() == 0
        place.github.deadline.begin_reporting()
        assert place.github.get("/pulls/7")["number"] == 7
        place.waited.append(REPORTING_RESERVE)
        with pytest.raises(TimeBudgetError):
            place.github.get("/pulls/7")

    def test_what_runs_is_interrupted_even_if_it_catches_everything(self) -> None:
        def run() -> None:
            with Deadline(minutes=0.2 / 60).watch():
                while True:
                    with suppress(Exception):  # as a reader of foreign formats does
                        sum(range(1_000))

        with pytest.raises(TimeBudgetError):
            run()

    def test_what_is_done_in_time_is_not(self) -> None:
        deadline = Deadline(minutes=0.05 / 60)
        with deadline.watch():
            deadline.begin_reporting()
            end = time.monotonic() + 0.1
            while time.monotonic() < end:
                pass

    def test_without_minutes_there_is_none(self) -> None:
        deadline = Deadline()
        with deadline.watch():
            deadline.check()
        assert deadline.left() == float("inf")


def test_the_token_is_in_no_message(place: Place) -> None:
    token = next(iter(place.hub.world.tokens))
    echo = {"message": f"bad header authorization token {token}"}
    place.hub.fault("GET", "/pulls/7$", faults.answer(502, echo), times=TRIES)
    with pytest.raises(ForgeError) as caught:
        place.github.get("/pulls/7")
    assert token not in json.dumps([str(caught.value), *place.lines])
    assert "***" in caught.value.what
