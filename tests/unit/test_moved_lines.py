"""Uncovered code that a change only moves, splits or reformats."""

from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from tests.support.builders import BASE, change, changes, compared, cover, coverage, measure, numbered, policy, report

from readygate.compare.coverage import compare_coverage
from readygate.judge.verdict import judge
from readygate.model.changes import FileChange, hunk_texts
from readygate.model.comparison import CoverageComparison
from readygate.model.policy import PRESETS
from readygate.model.verdict import Verdict

Source = list[tuple[str, str]]
"""The lines of a file: the text and the state of each."""


def diff(path: str, old: Source, new: Source) -> FileChange:
    """The change of a file, as a diff program finds it."""
    before, after = [text for text, _ in old], [text for text, _ in new]
    added: list[int] = []
    removed: list[int] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            removed += range(i1 + 1, i2 + 1)
            added += range(j1 + 1, j2 + 1)
    texts = ["".join(after[number - 1].split()) for number in added]
    old_texts = ["".join(before[number - 1].split()) for number in removed]
    status = "added" if not old else "removed" if not new else "modified"
    found = change(path, added, removed, status=status)
    return replace(found, added_text=tuple(texts), removed_text=tuple(old_texts))


def states(files: dict[str, Source]) -> dict[str, str]:
    return {path: "".join(state for _, state in lines) for path, lines in files.items() if lines}


def judged(before: dict[str, Source], after: dict[str, Source], preset: str = "strict") -> Verdict:
    paths = sorted({*before, *after})
    files = [diff(path, before.get(path, []), after.get(path, [])) for path in paths]
    suite = report({"A": numbered("p")})
    comparison = compared(
        measure(suite, cover(states(after))),
        measure(suite, cover(states(before)), commit=BASE),
        diff=changes(*(file for file in files if file.added or file.removed)),
    )
    return judge(comparison, policy(preset))


def code(name: str, states_of: str) -> Source:
    return [(f"{name}_{number} = {number}", state) for number, state in enumerate(states_of)]


HIT, MISSED = code("hit", "h" * 50), code("missed", "m" * 50)


@pytest.mark.parametrize("preset", PRESETS)
def test_two_blocks_that_change_places_lose_nothing(preset: str) -> None:
    assert judged({"a.py": HIT + MISSED}, {"a.py": MISSED + HIT}, preset).ready


@pytest.mark.parametrize("preset", PRESETS)
def test_uncovered_code_that_moves_to_a_file_of_its_own_loses_nothing(preset: str) -> None:
    assert judged({"a.py": HIT + MISSED}, {"a.py": HIT, "b.py": MISSED}, preset).ready


@pytest.mark.parametrize("preset", PRESETS)
def test_indented_uncovered_code_loses_nothing(preset: str) -> None:
    indented = [(f"    {text}", state) for text, state in MISSED]
    assert judged({"a.py": HIT + MISSED}, {"a.py": HIT + indented}, preset).ready


@pytest.mark.parametrize("preset", PRESETS)
def test_uncovered_statements_that_are_split_lose_nothing(preset: str) -> None:
    split = [part for number in range(50) for part in ((f"missed_{number} =", "m"), (f" {number}", "m"))]
    assert judged({"a.py": HIT + MISSED}, {"a.py": HIT + split}, preset).ready


def test_covered_code_that_moves_and_is_no_longer_covered_blocks() -> None:
    lost = [(text, "m") for text, _ in HIT]
    assert not judged({"a.py": HIT, "b.py": code("b", "h" * 50)}, {"c.py": lost, "b.py": code("b", "h" * 50)}).ready


def test_new_uncovered_code_blocks_although_other_code_moves() -> None:
    new = code("new", "m" * 50)
    assert not judged({"a.py": HIT + MISSED}, {"a.py": MISSED + new + HIT}).ready


def test_one_removed_line_explains_one_added_line() -> None:
    once, twice = [("x = 1", "m")], [("x = 1", "m"), ("x = 1", "m")]
    found = moved({"a.py": HIT + once}, {"a.py": HIT, "b.py": twice})
    assert found.patch is not None
    assert (found.patch.moved, found.patch.lines.total) == (1, 2)


def moved(before: dict[str, Source], after: dict[str, Source]) -> CoverageComparison:
    known = changes(*(diff(path, before.get(path, []), after.get(path, [])) for path in sorted({*before, *after})))
    found = compare_coverage(
        coverage(states(after)), coverage(states(before)), changes=known, changes_note="", since_baseline=known
    )
    assert found is not None
    return found


def test_the_texts_are_those_of_the_changed_lines_without_whitespace() -> None:
    long = "x" * 300
    patch = f"@@ -1,2 +1,3 @@\n-a = 1\n+    a  =\t1\n+{long}\n b\n"
    added, removed = hunk_texts(patch)
    assert (added[0], removed) == ("a=1", ("a=1",))
    assert added[1] != long
    assert hunk_texts(patch.replace(long, long + "y"))[0][1] != added[1]


@given(
    st.text("hm", min_size=1, max_size=12),
    st.text("m.", min_size=1, max_size=12),
    st.integers(0, 12),
    st.sampled_from(["a.py", "b.py", "new.py"]),
    st.sampled_from(PRESETS),
)
def test_a_change_that_only_moves_uncovered_code_never_blocks(
    rest: str, block: str, place: int, target: str, preset: str
) -> None:
    others, moving = code("rest", rest), code("moved", block)
    before = {"a.py": [*others, *moving], "b.py": code("b", "hmhm")}
    after = {**before, "a.py": others}
    host = after.get(target, [])
    after[target] = [*host[:place], *moving, *host[place:]]
    verdict = judged(before, after, preset)
    assert verdict.ready, verdict.reason
