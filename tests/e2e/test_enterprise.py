"""A server of one's own: other addresses, a certificate that nobody else knows, a proxy on the way."""

from pathlib import Path

from tests.e2e.support import GATE, Done, Runner, junit
from tests.fakes.github import Pull
from tests.support.tls import enterprise, make_authority, proxy

REPORT: dict[str, str | bytes] = {"junit.xml": junit(a="passed", b="passed")}


def opened(runner: Runner) -> Pull:
    start = runner.hub.commit({"src/app.py": "x = 1\n"}, branch="main")
    head = runner.hub.commit({"src/app.py": "x = 2\n"}, branch="topic", parents=[start])
    return runner.hub.open_pull(7, head="topic", head_sha=head)


def run(runner: Runner, pull: Pull, url: str, **inputs: str) -> Done:
    runner.environment |= {"GITHUB_API_URL": f"{url}/api/v3", "GITHUB_SERVER_URL": url}
    return runner.pull_request(pull, REPORT, **inputs)


def test_its_addresses_certificate_and_proxy_are_used(runner: Runner, tmp_path: Path) -> None:
    pull, asked, tunnels = opened(runner), list[str](), list[str]()
    authority, certificate = make_authority(tmp_path / "tls")
    with enterprise(runner.hub.url, certificate, asked) as url, proxy(tunnels) as between:
        runner.environment = {"REQUESTS_CA_BUNDLE": str(authority), "HTTPS_PROXY": between}
        done = run(runner, pull, url)
    assert done.code == 0, done.log
    assert len(runner.hub.comments(7)) == 1
    assert len(runner.hub.check_runs(pull.head_sha)) == 1
    assert f"{url}/acme/widgets/" in runner.hub.comments(7)[0]["body"]
    assert asked
    assert all(path.startswith("/api/v3/repos/acme/widgets/") or path == "/api/graphql" for path in asked)
    assert set(tunnels) == {url.removeprefix("https://")}


def test_a_certificate_that_nobody_knows_is_told_with_what_to_do(runner: Runner, tmp_path: Path) -> None:
    pull, asked = opened(runner), list[str]()
    _, certificate = make_authority(tmp_path / "tls")
    with enterprise(runner.hub.url, certificate, asked) as url:
        done = run(runner, pull, url)
    assert done.code == 3
    assert "REQUESTS_CA_BUNDLE" in done.log
    assert "Traceback" not in done.log
    assert not asked
    assert done.outputs["verdict"] == "not-evaluated"


def test_artifacts_that_cannot_be_listed_yet_are_explained(runner: Runner, tmp_path: Path) -> None:
    pull, asked = opened(runner), list[str]()
    authority, certificate = make_authority(tmp_path / "tls")
    token = runner.hub.token({**GATE, "actions": "read"})
    with enterprise(runner.hub.url, certificate, asked) as url:
        runner.environment = {"REQUESTS_CA_BUNDLE": str(authority)}
        done = run(runner, pull, url, artifacts="reports", token=token)
    assert done.code == 1
    assert "actions/download-artifact@v3" in done.log
    assert "reports-found" in done.reasons
    cloud = runner.environment = {}
    assert not cloud
    assert "@v3" not in runner.pull_request(pull, REPORT, artifacts="reports", token=token).log
