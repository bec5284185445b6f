"""Report files of the workspace: what patterns match, and that nothing outside is ever opened."""

import os
import posixpath
import time
from pathlib import Path

import bracex
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from wcmatch import glob

from readygate.collect.discovery import DISCOVERY, SKIPPED_FOLDERS, Found, default_matches, find
from readygate.support.errors import SettingsError


def write(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)


def names(root: Path, *patterns: str, kind: str = "tests") -> list[str]:
    return [found.source.name for found in find(root, kind, patterns)[1] if found.problem is None]


def refused(found: tuple[Found, ...]) -> dict[str, str]:
    return {one.source.name: one.problem.what for one in found if one.problem is not None}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "workspace"
    root.mkdir()
    return root


@pytest.mark.parametrize(
    ("patterns", "expected"),
    [
        (["a.xml"], ["a.xml"]),
        (["*.xml"], ["a.xml", "b.xml"]),
        (["**/*.xml"], ["a.xml", "b.xml", "d/.hidden/h.xml", "d/c.xml", "d/e/f.xml"]),
        (["d/**"], ["d/.hidden/h.xml", "d/c.xml", "d/e/f.xml", "d/e/g.txt"]),
        (["d"], ["d/.hidden/h.xml", "d/c.xml", "d/e/f.xml", "d/e/g.txt"]),
        (["d/"], ["d/.hidden/h.xml", "d/c.xml", "d/e/f.xml", "d/e/g.txt"]),
        (["{a,b}.xml"], ["a.xml", "b.xml"]),
        (["[ab].xml"], ["a.xml", "b.xml"]),
        (["?.xml"], ["a.xml", "b.xml"]),
        (["./a.xml", "d/../b.xml"], ["a.xml", "b.xml"]),
        ([".//a.xml", "././b.xml"], ["a.xml", "b.xml"]),
        ([".//d//e"], ["d/e/f.xml", "d/e/g.txt"]),
        (["**/*.xml", "!d/**"], ["a.xml", "b.xml"]),
        (["!d/**", "**/*.xml"], ["a.xml", "b.xml"]),  # wherever the line stands
        (["**/*.xml", "!**/e/*", "! a.xml"], ["b.xml", "d/.hidden/h.xml", "d/c.xml"]),
        (["**/*.xml", "!d"], ["a.xml", "b.xml"]),
        (["**/*.xml", "!d/e/"], ["a.xml", "b.xml", "d/.hidden/h.xml", "d/c.xml"]),
        (["a.xml", "*.xml", "a.xml"], ["a.xml", "b.xml"]),
        (["d\\e\\*.xml"], ["d/e/f.xml"]),
        (["nothing*"], []),
    ],
)
def test_patterns(root: Path, patterns: list[str], expected: list[str]) -> None:
    write(root, "a.xml", "b.xml", "d/c.xml", "d/e/f.xml", "d/e/g.txt", "d/.hidden/h.xml")
    assert names(root, *patterns) == expected


@pytest.mark.parametrize("pattern", ["{" + ",".join(f"name{n}" for n in range(90)) + "}.xml", "x" * 5_000])
def test_a_long_pattern(root: Path, pattern: str) -> None:
    write(root, "name77.xml")
    assert names(root, pattern, "!" + "y" * 5_000) == (["name77.xml"] if "{" in pattern else [])


def test_each_pattern_is_counted(root: Path) -> None:
    write(root, "a.xml", "b.xml", "c.json")
    counted, found = find(root, "coverage", ("*.xml", "a.*", "none", "!b.xml"))
    assert [(p.kind, p.text, p.matched, p.given) for p in counted] == [
        ("coverage", "*.xml", 1, True),
        ("coverage", "a.*", 1, True),
        ("coverage", "none", 0, True),
    ]
    assert [(one.source.name, one.discovered) for one in found] == [("a.xml", False)]
    assert found[0].source.path == root / "a.xml"


def test_the_absolute_path_of_the_workspace_may_stand_in_front(root: Path) -> None:
    write(root, "out/a.xml", "out/b.xml")
    assert names(root, f"{root}/out/*.xml", f"!{root}/out/b.xml") == ["out/a.xml"]


@pytest.mark.parametrize("pattern", ["../secret.xml", "../*.xml", "d/../../secret.xml"])
def test_a_pattern_does_not_lead_out(root: Path, pattern: str) -> None:
    write(root, "d/x")
    write(root.parent, "secret.xml")
    _, found = find(root, "tests", (pattern,))
    assert list(refused(found).values()) == ["the path leads out of the workspace"]
    assert names(root, pattern) == []


def test_an_absolute_pattern_does_not_lead_out(root: Path) -> None:
    write(root.parent, "secret.xml", "workspace-2/x.xml")
    for pattern in (f"{root.parent}/secret.xml", f"{root}-2/x.xml", "/etc/host*"):
        _, found = find(root, "tests", (pattern,))
        assert len(found) == len(refused(found)) > 0


def test_links(root: Path) -> None:
    write(root.parent, "secret.xml", "outside/a.xml")
    write(root, "real.xml", "folder/in.xml")
    (root / "inside.xml").symlink_to("real.xml")
    (root / "absolute.xml").symlink_to(root / "real.xml")
    (root / "out.xml").symlink_to("../secret.xml")
    (root / "chain.xml").symlink_to("out.xml")
    (root / "dangling.xml").symlink_to("nowhere")
    (root / "loop.xml").symlink_to("loop.xml")
    (root / "folder.xml").symlink_to("../outside", target_is_directory=True)
    _, found = find(root, "tests", ("*.xml", "folder.xml/a.xml"))
    assert names(root, "*.xml") == ["absolute.xml", "inside.xml", "real.xml"]
    told = refused(found)
    assert told["out.xml"] == told["chain.xml"] == told["folder.xml/a.xml"] == "the path leads out of the workspace"
    assert set(told) == {"out.xml", "chain.xml", "folder.xml/a.xml", "dangling.xml"}
    assert "cannot be opened" in told["dangling.xml"]
    assert names(root, "**/*.xml") == ["absolute.xml", "folder/in.xml", "inside.xml", "real.xml"]


def test_a_workspace_that_is_itself_a_link(root: Path, tmp_path: Path) -> None:
    write(root, "a.xml")
    (tmp_path / "link").symlink_to(root)
    assert names(tmp_path / "link", "*.xml") == ["a.xml"]


def test_what_is_no_regular_file_is_refused(root: Path) -> None:
    os.mkfifo(root / "pipe.xml")
    write(root, "a.xml")
    _, found = find(root, "tests", ("*.xml",))
    assert refused(found) == {"pipe.xml": "not a regular file"}
    assert "regular files inside the workspace" in (found[1].problem.why if found[1].problem else "")


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("tests", "junit.xml"),
        ("tests", "a/b/junit-results.xml"),
        ("tests", "my-junit.xml"),
        ("tests", "target/surefire-reports/TEST-a.B.xml"),
        ("tests", "target/failsafe-reports/x.xml"),
        ("tests", "build/test-results/test/TEST-a.xml"),
        ("tests", "test-reports/any.xml"),
        ("tests", "tests_result/deep/any.xml"),
        ("tests", "report.xml"),
        ("tests", "pytest.xml"),
        ("coverage", "coverage.xml"),
        ("coverage", "a/coverage-final.json"),
        ("coverage", "x.cobertura.xml"),
        ("coverage", "lcov.info"),
        ("coverage", "a/b.lcov"),
        ("coverage", "coverage/any.info"),
    ],
)
def test_discovery_knows_the_usual_names(root: Path, kind: str, name: str) -> None:
    write(root, name, "pom.xml", "src/data.xml", "package.json")
    counted, found = find(root, kind, ())
    assert [(one.source.name, one.discovered) for one in found] == [(name, True)]
    assert not any(pattern.given for pattern in counted)
    assert len(counted) == len(DISCOVERY[kind])


_PIECES = [
    *("junit", "TEST-", "test", "tests", "-", "_", "results", "reports", "report", ".", "xml", "trx", "nunit", "json"),
    *(
        "tap",
        "pytest",
        "surefire",
        "coverage",
        "cobertura",
        "lcov",
        "info",
        "resultset",
        "cover",
        "out",
        "c",
        "profile",
    ),
    *("/", "/", "x", "A", "Ü", "\n", " ", ",", "{", "[", "*", "TestResult", "ctrf", "jacoco"),
]


@settings(max_examples=300)
@given(kind=st.sampled_from(["tests", "coverage"]), pieces=st.lists(st.sampled_from(_PIECES), min_size=1, max_size=9))
def test_default_patterns_mean_what_globs_mean(kind: str, pieces: list[str]) -> None:
    path = posixpath.normpath("".join(pieces)).lstrip("/")
    assume(path not in ("", "."))
    flags = glob.GLOBSTAR | glob.BRACE | glob.DOTGLOB
    meant = [text for text in DISCOVERY[kind] if glob.globmatch(path, text, flags=flags)]
    assert default_matches(kind, path) == meant


@pytest.mark.parametrize("kind", ["tests", "coverage"])
def test_default_patterns_fit_what_they_say(kind: str) -> None:
    for text in DISCOVERY[kind]:
        for one in bracex.expand(text):
            for name in (one.replace("**/", "").replace("*", "x"), one.replace("**", "a/.b").replace("*", "")):
                meant = glob.globmatch(name, text, flags=glob.GLOBSTAR | glob.BRACE | glob.DOTGLOB)
                assert meant
                assert text in default_matches(kind, name)


def test_discovery_passes_over_what_is_installed(root: Path) -> None:
    folders = ["node_modules/x", ".venv/lib", "venv/lib", "x/site-packages/y", ".tox/py", ".git/x"]
    write(root, "junit.xml", *(f"{folder}/junit.xml" for folder in folders))
    assert names(root) == ["junit.xml"]
    assert len(SKIPPED_FOLDERS) == len(folders)
    assert names(root, "node_modules/**/junit.xml") == ["node_modules/x/junit.xml"]  # unless it is asked for


def test_discovery_follows_no_link_to_a_folder(root: Path) -> None:
    write(root, "folder/junit.xml")
    write(root.parent, "outside/junit.xml")
    (root / "folder" / "loop").symlink_to(root, target_is_directory=True)
    (root / "out").symlink_to(root.parent / "outside", target_is_directory=True)
    (root / "junit-link.xml").symlink_to(root.parent / "outside" / "junit.xml")
    _, found = find(root, "tests", ())
    assert [one.source.name for one in found] == ["folder/junit.xml", "junit-link.xml"]
    assert refused(found) == {"junit-link.xml": "the path leads out of the workspace"}


@pytest.mark.parametrize("lines", [["{" + "a,b}{" * 12 + "c}.xml"], ["!{" + "a,b}{" * 12 + "c}.xml"]])
def test_a_pattern_with_too_many_alternatives_is_an_error(root: Path, lines: list[str]) -> None:
    write(root, "junit.xml")
    with pytest.raises(SettingsError, match="stands for too many patterns"):
        find(root, "tests", lines)


@pytest.mark.slow
def test_discovery_takes_little_time_for_each_file() -> None:
    paths = [f"src/java/acme/{'deep/' * (number % 9)}File{number}.xml" for number in range(20_000)]
    start = time.process_time()
    assert not any(default_matches(kind, path) for kind in DISCOVERY for path in paths)
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "pattern", [".", "./", ".//", "./.", "././", ".\\", "{root}", "{root}/", "{root}//", "{root}/."]
)
def test_the_workspace_itself_means_all_of_its_files(root: Path, pattern: str) -> None:
    write(root, "a.xml", "d/.hidden/h.xml")
    write(root.parent, "outside.xml")
    _, found = find(root, "tests", [pattern.format(root=root)])
    assert [one.source.name for one in found] == ["a.xml", "d/.hidden/h.xml"]
    assert find(root, "tests", ["**", f"!{pattern.format(root=root)}"])[1] == ()


@pytest.mark.parametrize("pattern", ["", " ", "!", "! "])
@pytest.mark.parametrize("others", [[], ["a.xml"]])
def test_an_empty_pattern_is_an_error(root: Path, pattern: str, others: list[str]) -> None:
    write(root, "a.xml")
    with pytest.raises(SettingsError, match="a pattern of `tests` is empty"):
        find(root, "tests", [*others, pattern])


@pytest.mark.parametrize("pattern", ["/", "//", "/**", "/**/junit.xml", "/*", "\\", "\\**", "!/"])
def test_a_pattern_for_the_whole_file_system_is_an_error(root: Path, pattern: str) -> None:
    with pytest.raises(SettingsError, match="means the whole file system"):
        find(root, "tests", ["a.xml", pattern])


def test_excluding_alone_narrows_the_discovery(root: Path) -> None:
    write(root, "junit.xml", "old/junit.xml")
    assert names(root, "!old/**") == ["junit.xml"]


def test_odd_names(root: Path) -> None:
    odd = ["a b.xml", "ü☃.xml", "new\nline.xml", "quote'\".xml", "-dash.xml", "#hash.xml", "[x].xml"]
    write(root, *odd)
    assert names(root, "*.xml") == sorted(odd)


def test_thousands_of_files(root: Path) -> None:
    for number in range(50):
        (root / f"d{number}").mkdir()
    for number in range(3_000):
        (root / f"d{number % 50}" / f"junit-{number}.xml").touch()
    assert len(find(root, "tests", ())[1]) == 3_000
