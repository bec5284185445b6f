"""Placing the paths of reports: exact before suffix, unique or not at all, never outside the repository."""

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from readygate.model.coverage import HIT, MEASURED, FileCoverage
from readygate.model.paths import PathMap, PathRules, Placer, RepositoryFiles, normalise
from readygate.model.reports import CoverageReport, MeasuredFile
from readygate.snapshot.coverage_merge import place_all
from readygate.snapshot.place_report import Placed, ReportPlacer

FILES = frozenset(
    {
        "setup.py",
        "src/attr/__init__.py",
        "src/attr/_make.py",
        "src/attrs/__init__.py",
        "src/attr/converters.py",
        "src/attrs/converters.py",
        "app/src/main/java/org/acme/Foo.java",
        "web/Button.tsx",
        "tests/__init__.py",
        "services/auth/setup.py",
        "odd\\name.py",
    }
)
HOST = "/home/runner/work/attrs/attrs"


def placed(rules: PathRules, *candidates: str) -> Placed:
    """Return the result for the only file of a report."""
    files = RepositoryFiles(rules.files or (), rules.links)
    (result,) = ReportPlacer(files, rules, "report.xml", "any").place([candidates])
    return result


def place(*candidates: str, roots: tuple[str, ...] = (HOST,), maps: tuple[tuple[str, str], ...] = ()) -> str | None:
    """Return the path, None if it is not placed."""
    result = placed(PathRules(files=FILES, roots=roots, maps=tuple(PathMap(*each) for each in maps)), *candidates)
    assert not (result.placed and result.maybe)
    assert not result.placed or result.path in FILES
    return result.path if result.placed else None


def maybe(*candidates: str) -> tuple[str, ...]:
    return placed(PathRules(files=FILES, roots=(HOST,)), *candidates).maybe


class TestNormalise:
    @pytest.mark.parametrize(
        ("raw", "path"),
        [
            ("src/a.py", "src/a.py"),
            ("./src//a.py", "src/a.py"),
            ("foo/./bar/../bar/a.c", "foo/bar/a.c"),
            ("../a", "../a"),
            ("a/../../b", "../b"),
            ("/../etc", "/etc"),
            ("/a//b/", "/a/b"),
            ("src\\a.cs", "src/a.cs"),
            ("src/x\\a.cs", "src/x/a.cs"),
            ("/src/odd\\name", "/src/odd\\name"),
            ("d:\\a\\b\\", "D:/a/b"),
            ("D:/a", "D:/a"),
            ("\\\\server\\share\\a", "/server/share/a"),
            ("\\\\?\\C:\\a", "C:/a"),
            ("file:///a%20b/c", "/a b/c"),
            ("file://localhost/c", "/c"),
            ("file:///C:/a", "C:/a"),
            ("C:", "C:"),
            ("", ""),
            (".", ""),
        ],
    )
    def test_examples(self, raw: str, path: str) -> None:
        assert normalise(raw) == path

    @given(st.text(alphabet="ab./\\C:", max_size=12))
    def test_twice_is_once(self, raw: str) -> None:
        once = normalise(raw)

        assert "\\" in once or once[1:2] == ":" or normalise(once) == once  # `:/a:/b` becomes a drive


class TestExact:
    @pytest.mark.parametrize(
        ("candidate", "path"),
        [
            ("src/attr/_make.py", "src/attr/_make.py"),
            ("./src/attr/../attr/_make.py", "src/attr/_make.py"),
            ("src\\attr\\_make.py", "src/attr/_make.py"),
            (f"{HOST}/setup.py", "setup.py"),
            (f"file://{HOST}/setup.py", "setup.py"),
            ("/github/workspace/setup.py", "setup.py"),
            ("/home/runner/work/other/other/setup.py", "setup.py"),
            ("/Users/runner/work/x/x/setup.py", "setup.py"),
            ("/__w/x/x/setup.py", "setup.py"),
            ("/opt/actions-runner/_work/x/x/setup.py", "setup.py"),
            ("C:\\runner\\_work\\x\\x\\setup.py", "setup.py"),
            ("D:\\a\\x\\x\\setup.py", "setup.py"),
            ("odd\\name.py", "odd\\name.py"),
        ],
    )
    def test_below_a_root_or_a_runners_workspace(self, candidate: str, path: str) -> None:
        assert place(candidate) == path

    def test_the_longest_root_wins(self) -> None:
        assert place("/w/services/setup.py", roots=("/w", "/w/services")) == "setup.py"

    def test_a_root_ends_at_a_segment(self) -> None:
        assert place("/work2/setup.py", roots=("/work", "/")) is None

    def test_other_folders_of_the_runner_are_no_workspace(self) -> None:
        assert place("/home/runner/work/one/two/setup.py") is None

    def test_the_first_candidate_that_exists(self) -> None:
        assert place("src/nothing.py", "tests/__init__.py", "setup.py") == "tests/__init__.py"

    def test_an_exact_name_before_a_suffix(self) -> None:
        assert place("setup.py") == "setup.py"

    def test_the_source_that_has_the_file(self) -> None:
        assert place(f"{HOST}/__init__.py", f"{HOST}/src/attr/__init__.py", "__init__.py") == "src/attr/__init__.py"

    def test_a_name_that_holds_its_source(self) -> None:
        name = "src/attrs/__init__.py"

        assert place(f"{HOST}/{name}", f"{HOST}/src/attr/{name}", name) == name

    def test_a_source_before_the_bare_name(self) -> None:
        assert place(f"{HOST}/services/auth/setup.py", "setup.py") == "services/auth/setup.py"

    def test_several_sources_have_the_file(self) -> None:
        candidates = (f"{HOST}/src/attr/__init__.py", f"{HOST}/tests/__init__.py", "__init__.py")

        assert place(*candidates) is None
        assert maybe(*candidates) == ("src/attr/__init__.py", "tests/__init__.py")

    def test_below_unknown_roots_the_longest_path_of_the_repository(self) -> None:
        assert place("/app/services/auth/setup.py", "setup.py") == "services/auth/setup.py"
        assert place("/app/src/attr/__init__.py", "/app/docs/__init__.py", "__init__.py") == "src/attr/__init__.py"


class TestSuffix:
    @pytest.mark.parametrize(
        ("candidate", "path"),
        [
            ("attr/_make.py", "src/attr/_make.py"),
            ("org/acme/Foo.java", "app/src/main/java/org/acme/Foo.java"),
            ("_make.py", "src/attr/_make.py"),
            ("build/lib/attr/_make.py", "src/attr/_make.py"),
            ("C:\\x\\web\\Button.tsx", "web/Button.tsx"),
        ],
    )
    def test_unique(self, candidate: str, path: str) -> None:
        assert place(candidate) == path

    def test_ambiguous_is_not_placed(self) -> None:
        assert place("converters.py") is None
        assert maybe("converters.py") == ("src/attr/converters.py", "src/attrs/converters.py")

    def test_the_longest_of_several_candidates(self) -> None:
        assert place("/x/y/converters.py", "/x/attrs/converters.py", "converters.py") == "src/attrs/converters.py"

    def test_the_name_alone_is_not_enough_for_a_longer_path(self) -> None:
        assert place("/x/y/_make.py") is None
        assert maybe("/x/y/_make.py") == ("src/attr/_make.py",)
        assert place("/app/_make.py", "_make.py") is None

    @pytest.mark.parametrize(
        "candidate",
        [
            "/usr/lib/os.py",
            "/usr/lib/python3/_make.py",
            "/usr/lib/python3/site-packages/attr2/_make.py",
            "node_modules/left-pad/attr/_make.py",
            "build/_deps/x-src/src/attr/_make.py",
        ],
    )
    def test_files_of_others_are_none_of_the_repository(self, candidate: str) -> None:
        assert place(candidate) is None
        assert maybe(candidate) == ()

    @pytest.mark.parametrize("folder", ["/usr/lib/python3", f"{HOST}/.tox/py"])
    def test_an_installed_package_may_be_the_repository_itself(self, folder: str) -> None:
        candidate = f"{folder}/site-packages/attr/_make.py"
        assert place(candidate) is None
        assert maybe(candidate) == ("src/attr/_make.py",)


class TestCase:
    def test_only_if_it_is_unique(self) -> None:
        assert place("SRC/Attr/_make.py") == "src/attr/_make.py"
        assert place("D:\\a\\x\\x\\Web\\button.tsx") == "web/Button.tsx"
        assert place("Attr/_MAKE.py") == "src/attr/_make.py"

    def test_exact_first(self) -> None:
        rules = PathRules(files=frozenset({"a/README", "a/readme", "b/X"}))

        assert placed(rules, "a/readme").path == "a/readme"
        assert not placed(rules, "a/Readme").placed


class TestMaps:
    @pytest.mark.parametrize(
        ("old", "new", "candidate", "path"),
        [
            ("/app", "services/auth", "/app/setup.py", "services/auth/setup.py"),
            ("/app/", ".", "/app/setup.py", "setup.py"),
            ("lib", "src/attrs", "lib/converters.py", "src/attrs/converters.py"),
            ("", "src/attrs", "converters.py", "src/attrs/converters.py"),
            ("..", "", "../setup.py", "setup.py"),
            ("C:\\b", "src", "c:\\b\\attr\\__init__.py", "src/attr/__init__.py"),
            ("a/b.py", "setup.py", "a/b.py", "setup.py"),
            ("/", "src/attrs", "/converters.py", "src/attrs/converters.py"),
        ],
    )
    def test_a_prefix(self, old: str, new: str, candidate: str, path: str) -> None:
        assert place(candidate, maps=((old, new),)) == path

    def test_by_whole_segments(self) -> None:
        assert place("/app2/setup.py", maps=(("/app", ""),)) is None

    def test_the_first_that_fits(self) -> None:
        assert place("/app/x/setup.py", maps=(("/app/x", ""), ("/app", "services/auth"))) == "setup.py"

    def test_no_way_out(self) -> None:
        assert place("/app/passwd", maps=(("/app", "../../etc"),)) is None


class TestRefusals:
    @pytest.mark.parametrize(
        "candidate",
        [
            "../../etc/passwd",
            "../setup.py",
            "src/../../setup.py",
            "set\0up.py",
            "setup.py\n",
            "\x1b[31msetup.py",
            "",
            ".",
            "\u2028",
        ],
    )
    @pytest.mark.parametrize("files", [FILES, None])
    def test_never_placed(self, candidate: str, files: frozenset[str] | None) -> None:
        result = placed(PathRules(files=files), candidate)

        assert not result.placed
        assert result.path.isprintable()
        assert Placer(PathRules(files=files)).find(candidate) == ""


class TestUnknownFiles:
    @pytest.mark.parametrize(
        ("candidates", "path"),
        [
            (("src/./a.py",), "src/a.py"),
            ((f"{HOST}/src/a.py",), "src/a.py"),
            (("/__w/x/x/a.py",), "a.py"),
            (("/unknown/a.py", "a.py"), "a.py"),
            ((f"{HOST}/a.py", f"{HOST}/src/a.py", "a.py"), "a.py"),
        ],
    )
    def test_roots_are_stripped(self, candidates: tuple[str, ...], path: str) -> None:
        result = placed(PathRules(files=None, roots=(HOST,)), *candidates)

        assert (result.path, result.placed) == (path, True)

    def test_an_unknown_root(self) -> None:
        result = placed(PathRules(files=None), "C:\\x\\a.cs")

        assert not result.placed


def report(*files: MeasuredFile, has_branches: bool = False) -> tuple[str, CoverageReport]:
    return "report.xml", CoverageReport(format="any", files=files, has_branches=has_branches)


def measured(lines: bytes, *candidates: str) -> MeasuredFile:
    return MeasuredFile(candidates=candidates, coverage=FileCoverage(path=candidates[0], lines=lines))


class TestAll:
    def test_files_are_merged_where_they_are_placed(self) -> None:
        files = (
            measured(bytes((0, HIT)), "attr/_make.py"),
            measured(bytes((0, MEASURED, MEASURED)), f"{HOST}/src/attr/_make.py"),
            measured(bytes((0, HIT)), "/usr/lib/os.py"),
            measured(bytes((0, HIT)), "/x/y/Foo.java"),
        )
        result = place_all([report(*files)], PathRules(files=FILES))

        assert [file.path for file in result.coverage.files] == ["src/attr/_make.py"]
        assert result.coverage.files[0].lines == bytes((0, HIT, MEASURED))
        assert [file.path for file in result.unplaced] == ["/x/y/Foo.java"]
        assert result.outside == 1
        assert result.coverage.branches() is None

    def test_branches_are_measured_if_a_report_says_so_or_a_line_has_some(self) -> None:
        file = MeasuredFile(candidates=("a",), coverage=FileCoverage(path="a", lines=b"", branches={1: (1, 2)}))

        assert place_all([report(file)], PathRules(files=None)).coverage.has_branches
        assert place_all([report(has_branches=True)], PathRules(files=None)).coverage.has_branches

    @given(
        st.lists(
            st.builds(
                measured,
                st.lists(st.sampled_from((0, MEASURED, HIT)), max_size=4).map(bytes),
                st.sampled_from(sorted(FILES | {"converters.py", "/x/os.py", "../a", "attr/_make.py"})),
            )
        ).flatmap(lambda files: st.tuples(st.just(files), st.permutations(files)))
    )
    def test_the_order_makes_no_difference(self, files: tuple[list[MeasuredFile], list[MeasuredFile]]) -> None:
        one, other = (place_all([report(*each)], PathRules(files=FILES)) for each in files)
        assert one == other


SEGMENT = st.sampled_from(["a", "b", "src", "..", ".", "", "x.py", "Y.py", "y.py", "C:", "file://"])
PATH = st.builds(str.join, st.sampled_from(["/", "\\"]), st.lists(SEGMENT, min_size=1, max_size=5))
CLEAN = st.builds("/".join, st.lists(st.sampled_from(["a", "b", "src", "x.py", "y.py"]), min_size=1, max_size=4))


class TestProperties:
    @given(st.frozensets(CLEAN, min_size=1), st.booleans())
    def test_a_file_of_the_repository_is_itself(self, files: frozenset[str], known: bool) -> None:
        rules = PathRules(files=files if known else None)

        for file in files:
            assert placed(rules, file).path == file
            assert Placer(rules).find(file) == file

    @given(
        st.frozensets(CLEAN),
        st.lists(PATH | st.text(max_size=8), min_size=1, max_size=3),
        st.lists(st.tuples(PATH, PATH), max_size=2),
        st.lists(PATH, max_size=2),
    )
    def test_never_outside_and_stable(
        self, files: frozenset[str], candidates: list[str], maps: list[tuple[str, str]], roots: list[str]
    ) -> None:
        rules = PathRules(files=files, maps=tuple(PathMap(*each) for each in maps), roots=tuple(roots))

        result = placed(rules, *candidates)

        assert not result.placed or result.path in files
        assert result.path
        unknown = placed(PathRules(files=None, roots=tuple(roots)), *candidates)
        if unknown.placed:
            assert not unknown.path.startswith(("/", "../"))
            assert unknown.path != ".."

    @given(st.frozensets(CLEAN, min_size=1), st.data())
    def test_what_is_unique_is_found_with_any_root(self, files: frozenset[str], data: st.DataObject) -> None:
        file = data.draw(st.sampled_from(sorted(files)))

        assert placed(PathRules(files=files, roots=("/any/where",)), f"/any/where/{file}").path == file


@pytest.mark.slow
def test_ten_thousand_files_of_the_same_few_names_are_placed_fast() -> None:
    names = [f"services/s{i % 20}/pkg{i // 20}/{'__init__' if i % 2 else 'mod'}.py" for i in range(10_000)]
    rules = PathRules(files=frozenset(names))
    began = time.process_time()

    for prefix in ("/app/", "/elsewhere/deep/down/", ""):
        placer = ReportPlacer(RepositoryFiles(names), rules, "out/report.xml", "any")
        assert [each.path for each in placer.place([(prefix + name,) for name in names])] == names
    placer = ReportPlacer(RepositoryFiles(names), rules, "out/report.xml", "any")
    assert not any(each.placed for each in placer.place([(f"/usr/lib/{i}/__init__.py",) for i in range(10_000)]))
    assert not any(each.placed for each in placer.place([(f"/x/{i}/__init__.py",) for i in range(10_000)]))
    finder = Placer(rules)
    assert all(finder.find(name.partition("/")[2]) == name for name in names)

    assert time.process_time() - began < 10


@pytest.mark.slow
@settings(max_examples=500)
@example("x.py/", {"x.py"}, ())
@given(PATH, st.sets(CLEAN, min_size=1), st.sampled_from([(), (("", "src"),), (("a", "b/x.py"),)]))
def test_what_a_last_segment_refuses_is_placed_nowhere(
    path: str, files: set[str], maps: tuple[tuple[str, str], ...]
) -> None:
    placer = Placer(PathRules(files=frozenset(files), maps=tuple(PathMap(*each) for each in maps)))

    assert placer.may_place(path) or not placer.find(path)
