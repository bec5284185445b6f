"""Coverage reports as whole: packages of a monorepo, containers, modules, and what is never ours."""

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readygate.commands.program import main
from readygate.model.coverage import HIT, FileCoverage, UnplacedFile
from readygate.model.paths import PathMap, PathRules
from readygate.model.reports import CoverageReport, MeasuredFile
from readygate.rules.unplaced_files import suggestion
from readygate.snapshot.coverage_merge import PlacedCoverage, place_all

WORKSPACE = "/home/runner/work/app/app"


def report(*paths: str, form: str = "lcov") -> CoverageReport:
    files = (
        MeasuredFile(candidates=(path,), coverage=FileCoverage(path=path, lines=bytes((0, HIT)))) for path in paths
    )
    return CoverageReport(format=form, files=tuple(files))


def placed(reports: dict[str, CoverageReport], *files: str, **rules: object) -> PlacedCoverage:
    return place_all(reports.items(), PathRules(files=frozenset(files), roots=(WORKSPACE,), **rules))  # type: ignore[arg-type]


def paths(result: PlacedCoverage) -> list[str]:
    return [file.path for file in result.coverage.files]


class TestFolders:
    FILES = ("packages/a/src/index.ts", "packages/b/src/index.ts", "packages/b/src/more.ts", "src/index.ts", "web/x.ts")

    def test_each_report_of_a_monorepo_means_its_own_package(self) -> None:
        reports = {
            "packages/a/coverage/lcov.info": report("src/index.ts"),
            "packages/b/coverage/lcov.info": report("src/index.ts", "src/more.ts"),
        }
        assert paths(placed(reports, *self.FILES)) == list(self.FILES[:3])

    def test_a_report_that_names_paths_from_the_root(self) -> None:
        found = placed(
            {"packages/a/coverage/lcov.info": report("web/x.ts", "src/index.ts")}, "src/index.ts", "web/x.ts"
        )
        assert paths(found) == ["src/index.ts", "web/x.ts"]

    def test_an_artifact_that_holds_the_folders_of_the_repository(self) -> None:
        reports = {
            "reports/packages/a/coverage/lcov.info": report("src/index.ts"),
            "all.zip/out/packages/b/lcov.info": report("src/index.ts"),
        }
        assert paths(placed(reports, *self.FILES)) == list(self.FILES[:2])

    def test_a_sibling_is_meant_from_the_package(self) -> None:
        found = placed({"packages/a/coverage/lcov.info": report("../b/src/more.ts", "src/index.ts")}, *self.FILES)
        assert paths(found) == ["packages/a/src/index.ts", "packages/b/src/more.ts"]

    def test_one_report_at_the_root_for_a_package(self) -> None:
        found = placed({"lcov.info": report("src/index.ts", "src/more.ts")}, *self.FILES[1:3])
        assert paths(found) == list(self.FILES[1:3])

    def test_what_may_be_in_two_packages_is_not_placed_unless_the_baseline_measured_one(self) -> None:
        reports = {"lcov.info": report("src/index.ts")}
        found = placed(reports, *self.FILES[:3])
        assert found.unplaced == (UnplacedFile(path="src/index.ts", report="lcov.info", maybe=self.FILES[:2]),)
        known = placed(reports, *self.FILES[:3], measured_before=frozenset(["packages/b/src/index.ts"]))
        assert paths(known) == ["packages/b/src/index.ts"]

    def test_a_map_may_hold_for_some_reports_only(self) -> None:
        maps = (PathMap("src", "packages/b/src", "ci/b/**"), PathMap("src", "packages/a/src"))
        reports = {"ci/b/lcov.info": report("src/index.ts"), "ci/a/lcov.info": report("src/index.ts")}
        assert paths(placed(reports, *self.FILES, maps=maps)) == list(self.FILES[:2])


class TestOtherRoots:
    def test_one_prefix_that_the_report_shares(self) -> None:
        found = placed({"lcov.info": report("/app/main.js", "/app/lib/x.js", "/app/dist/y.js")}, "main.js", "lib/x.js")
        assert (paths(found), found.outside) == (["lib/x.js", "main.js"], 1)

    def test_a_container_below_a_package(self) -> None:
        found = placed(
            {"web/coverage/lcov.info": report("/app/lib/x.js", "/app/m.js")}, "web/lib/x.js", "web/m.js", "m.js"
        )
        assert paths(found) == ["web/lib/x.js", "web/m.js"]

    def test_reports_of_two_machines_merged_into_one(self) -> None:
        names = [f"{root}/{name}" for root in ("/a/ci", "/b/ci") for name in ("src/x.c", "src/y.c")]
        assert paths(placed({"lcov.info": report(*names)}, "src/x.c", "src/y.c")) == ["src/x.c", "src/y.c"]

    def test_a_checkout_in_a_folder_of_the_workspace(self) -> None:
        found = placed({"lcov.info": report(f"{WORKSPACE}/sub/src/a.c")}, "src/a.c")
        assert paths(found) == ["src/a.c"]

    def test_a_link_of_the_repository_is_followed(self) -> None:
        found = placed({"lcov.info": report("lib/a.py")}, "lib", "src/a.py", links={"lib": "src"})
        assert paths(found) == ["src/a.py"]

    def test_a_sourceless_deterministic_build_of_dotnet(self) -> None:
        assert paths(placed({"c.xml": report("/_/src/A.cs", "/_/B.cs")}, "src/A.cs", "B.cs")) == ["B.cs", "src/A.cs"]

    def test_the_installed_project_is_no_stranger(self) -> None:
        venv = "/opt/py/lib/python3.12/site-packages"
        names = (f"{venv}/shop/cart.py", f"{venv}/requests/utils.py")
        found = placed({"lcov.info": report(*names)}, "src/shop/cart.py", "src/shop/utils.py")
        assert [(file.path, file.maybe) for file in found.unplaced] == [(names[0], ("src/shop/cart.py",))]
        assert suggestion(found.unplaced[0]) == f"lcov.info: {venv}=src"
        mapped = placed({"lcov.info": report(*names)}, "src/shop/cart.py", maps=(PathMap(venv, "src"),))
        assert (paths(mapped), mapped.unplaced) == (["src/shop/cart.py"], ())


class TestPackages:
    MODULES = ("a/src/main/java/com/acme/C.java", "b/src/main/java/com/acme/C.java")

    def test_the_module_that_holds_the_report(self) -> None:
        reports = {f"{name}/build/jacoco.xml": report("com/acme/C.java", form="jacoco") for name in "ab"}
        assert paths(placed(reports, *self.MODULES)) == list(self.MODULES)

    def test_a_package_must_fit_whole(self) -> None:
        found = placed({"jacoco.xml": report("org/other/acme/C.java", form="jacoco")}, *self.MODULES)
        assert paths(found) == []

    def test_several_modules_and_one_report(self) -> None:
        found = placed({"jacoco.xml": report("com/acme/C.java", form="jacoco")}, *self.MODULES)
        assert found.unplaced[0].maybe == self.MODULES


NAME = st.sampled_from(["a", "b", "src", "lib", "x", "y"])
FILE = st.builds(lambda folders, name: "/".join((*folders, f"{name}.c")), st.lists(NAME, max_size=3), NAME)


@given(
    st.lists(FILE, min_size=1, max_size=6, unique=True),
    st.lists(FILE, max_size=6),
    st.sampled_from(["", "/app/", "m/"]),
)
def test_files_with_other_names_never_change_where_a_file_is_placed(
    own: list[str], more: list[str], prefix: str
) -> None:
    reports = {"out/lcov.info": report(*(prefix + path for path in own))}
    others = [f"other/{path}pp" for path in more]
    assert placed(reports, *own) == placed(reports, *own, *others)


@given(
    st.lists(FILE, min_size=1, max_size=6, unique=True),
    st.sampled_from(["node_modules/p/", "build/_deps/q-src/", "/usr/lib/"]),
)
def test_a_package_is_never_a_file_of_the_repository(own: list[str], folder: str) -> None:
    both = {"lcov.info": report(*own, *(folder + path for path in own))}
    alone = {"lcov.info": report(*(folder + path for path in own))}
    assert paths(placed(both, *own)) == sorted(own)
    assert paths(placed(alone, *own)) == []


@pytest.mark.parametrize(
    ("path", "maybe", "line"),
    [
        ("src/index.ts", "packages/a/src/index.ts", "lcov.info: =packages/a"),
        ("com/acme/C.kt", "src/main/kotlin/C.kt", "lcov.info: com/acme=src/main/kotlin"),
        ("/x/y/main.py", "main.py", "lcov.info: /x/y="),
    ],
)
def test_the_line_for_the_path_map_places_the_file(path: str, maybe: str, line: str) -> None:
    assert suggestion(UnplacedFile(path=path, report="lcov.info", maybe=(maybe,))) == line
    mapped = PathMap.parse(line)
    assert mapped is not None
    assert paths(placed({"lcov.info": report(path)}, maybe, f"z/{maybe}", maps=(mapped,))) == [maybe]


def test_what_is_not_placed_is_named_with_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("a", "b"):
        (tmp_path / name / "src").mkdir(parents=True)
        (tmp_path / name / "src/index.ts").write_text("let x = 1\n")
    (tmp_path / "junit.xml").write_text("<testsuite><testcase name='t'/></testsuite>")
    (tmp_path / "lcov.info").write_text("SF:src/index.ts\nDA:1,1\nend_of_record\n")
    for command in (
        ["init", "-q"],
        ["add", "a", "b"],
        ["-c", "user.name=x", "-c", "user.email=x@y", "commit", "-qm", "x"],
    ):
        subprocess.run(["git", "-C", tmp_path, *command], check=True)
    assert main(["report", "--root", str(tmp_path), "--policy", "strict"]) == 1
    text = " ".join(capsys.readouterr().out.split())
    assert "1 measured file could not be placed in the repository: src/index.ts" in text
    assert "lcov.info: =a" in text


def test_lines_beyond_the_end_of_a_file_count_nowhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.py").write_text("x = 1\ny = 2\n")
    for command in (["init", "-q"], ["add", "a.py"]):
        subprocess.run(["git", "-C", tmp_path, *command], check=True)
    author = ["-c", "user.name=x", "-c", "user.email=x@y"]
    subprocess.run(["git", "-C", tmp_path, *author, "commit", "-qm", "x"], check=True)
    (tmp_path / "junit.xml").write_text("<testsuite><testcase name='t'/></testsuite>")
    lines = "DA:1,0\nDA:2,1\n" + "".join(f"DA:{number},1\n" for number in range(10, 60))
    (tmp_path / "lcov.info").write_text(f"SF:a.py\n{lines}BRDA:50,0,0,1\nend_of_record\n")
    assert main(["report", "--root", str(tmp_path), "--format", "markdown"]) == 0
    text = capsys.readouterr().out
    assert "Coverage **50.00%**" in text
    assert "50 lines beyond the end of a.py: not counted" in text
