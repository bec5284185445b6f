"""What the reader of policy files takes, what it refuses, and how it says so."""

import time
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from readygate.policy import effective, read
from readygate.policy.read import MAX_BYTES
from readygate.support.errors import SettingsError

WHOLE = (Path(__file__).parent / "whole.yml").read_bytes()
"""A file with every key."""


def problems(text: str | bytes) -> tuple[str, ...]:
    with pytest.raises(SettingsError) as caught:
        read(text.encode() if isinstance(text, str) else text, "p.yml")
    return caught.value.problems


def told(data: bytes) -> tuple[str, ...]:
    """What is wrong with a file; nothing if it can be used."""
    try:
        effective(read(data, "p.yml"), branch="release/1")
    except SettingsError as error:
        return error.problems
    return ()


def test_every_kind_of_key_is_read() -> None:
    values = read(WHOLE, "p.yml").values
    assert values["preset"] == "strict"
    assert values["rules"]["new-skips"] == {"level": "block"}
    assert values["rules"]["coverage-drop"] == {"level": "warn", "maximum": Fraction(1, 400)}
    assert values["rules"]["patch-coverage"]["minimum"] == Fraction(995, 1000)
    assert values["components"][0]["critical"] is True
    assert values["components"][0]["paths"] == ("src/auth/**", "!src/auth/testing/**")
    assert values["categories"][0]["tests"] == ("tests.api.*", "re:^tests\\.web::")
    assert values["quarantine"][0]["expires"] == "2030-01-31"
    assert values["groups"][0]["when-changed"] == ("site/**",)
    assert values["targets"][0] == {"coverage": Fraction(4, 5), "by": "2030-06-30"}
    assert values["waiver"] == ""
    assert values["mode"] == "inform"
    assert values["base-branches"] == ("release/*",)
    assert values["baseline-size"] == 40
    assert values["guarded-files"] == ("pytest.ini",)
    assert values["overrides"][0]["branches"] == ("release/*",)


@pytest.mark.parametrize("text", ["", "# nothing\n", "{}\n", "---\n", "\ufeffpreset: strict\n", "preset: strict\r\n"])
def test_little_is_enough(text: str) -> None:
    effective(read(text.encode(), "p.yml"))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("presett: strict\n", "p.yml:1: presett: no such key; did you mean `preset`?"),
        ("preset: stric\n", "p.yml:1: preset: 'stric' is not one of standard, strict, lenient; did you mean `strict`?"),
        ("rules:\n  new-skip: warn\n", "p.yml:2: rules.new-skip: no such rule; did you mean `new-skips`?"),
        ("rules:\n  new-skips: blok\n", "p.yml:2: rules.new-skips.level: 'blok' is not one of the levels"),
        ("rules:\n  coverage-drop:\n    maximun: 1\n", "p.yml:3: rules.coverage-drop.maximun: no such option"),
        ("rules:\n  coverage-drop:\n    maximum: -1\n", "'-1' is no number of percent"),
        ("rules:\n  coverage-drop:\n    maximum: 101\n", "'101' is no number of percent"),
        ("rules: [a]\n", "p.yml:1: rules: must be a mapping"),
        ("- a\n", "p.yml:1: must be a mapping"),
        ("preset: strict\npreset: lenient\n", "p.yml:2: preset: is given twice"),
        ("components:\n- name: a\n  paths: []\n", "components[0].paths: is empty"),
        ("components:\n- name: a\n", "p.yml:2: components[0]: lacks `paths`"),
        (
            "components:\n- {name: a, paths: x}\n- {name: a, paths: y}\n",
            "p.yml:3: components: two entries are called 'a'",
        ),
        ("categories:\n- name: a\n  tests: 're:(?=x)'\n", "categories[0].tests: '(?=x)' is no regular expression"),
        ("quarantine:\n- {tests: a, reason: b, expires: 2030-02-30}\n", "'2030-02-30' is no day"),
        ("quarantine:\n- {tests: a, reason: '', expires: 2030-02-20}\n", "quarantine[0].reason: must be a text"),
        ("components:\n- {name: a, paths: x, critical: maybe}\n", "critical: must be true or false"),
        ("targets: 80\n", "p.yml:1: targets: must be a list"),
        ("baseline-size: 0\n", "p.yml:1: baseline-size: must be a whole number from 1 to 1,000, got '0'"),
        ("baseline-size: 1001\n", "got '1001'"),
        ("baseline-size: 2.5\n", "got '2.5'"),
        ("baseline-size: 20 MB\n", "got '20 MB'"),
        ("baseline-size: '20'\n", "got '20'"),
        ("baseline-size: 024\n", "got '024'"),  # 20 in YAML 1.1
        ("baseline-size: yes\n", "got 'yes'"),
        ("baseline-size:\n", "baseline-size: must be a whole number from 1 to 1,000"),
        ("baseline-size: [20]\n", "baseline-size: must be a whole number from 1 to 1,000"),
        ("baseline-size: !!int [20]\n", "baseline-size: must be a whole number from 1 to 1,000"),
        (
            "overrides:\n- {branches: a, baseline-size: 5}\n",
            "p.yml:2: overrides[0].baseline-size: no such key",
        ),
        ("a: &x 1\nb: *x\n", "p.yml:1: anchors and aliases are not read"),
        ("a: [\n", "no YAML"),
        ("\tpreset: strict\n", "no YAML"),
        ("preset: \x00\n", "no YAML"),
        ("preset: !!python/object:os.system x\n", "preset: 'x' is not one of"),
        ("? [a]\n: b\n", "no such key"),
    ],
)
def test_what_is_wrong_is_told_with_line_and_path(text: str, told: str) -> None:
    assert any(told in line for line in problems(text)), problems(text)


def test_all_problems_are_told_at_once_in_their_order() -> None:
    found = problems("presett: a\nrules:\n  new-skips: x\n  nothing: y\nmode: loud\n")
    assert [line.split(":")[1] for line in found] == ["1", "3", "4", "5"]


def test_what_is_no_text_or_too_much_of_it() -> None:
    assert "is no UTF-8" in problems(b"preset: \xff\n")[0]
    assert "are more than" in problems(b"#" * (MAX_BYTES + 1))[0]


def test_patterns_that_are_too_many_together_are_told_before_they_are_used() -> None:
    row = "- {tests: [%s], reason: r, expires: 2030-01-01}\n"
    text = "quarantine:\n" + row % ", ".join(f"a{n}" for n in range(300)) + row % ", ".join(f"b{n}" for n in range(300))
    with pytest.raises(SettingsError, match="600 patterns"):
        effective(read(text.encode(), "p.yml"))


def test_a_file_that_nests_without_end_is_refused_in_time() -> None:
    for text in (
        "[" * 100_000,
        "{a: " * 50_000,
        "- " * 50_000,
        "a:\n" + "".join(" " * n + "a:\n" for n in range(1, 600)),
    ):
        begun = time.monotonic()
        assert problems(text)
        assert time.monotonic() - begun < 5


MUTATIONS = st.lists(
    st.tuples(
        st.integers(0, len(WHOLE)),
        st.integers(0, 20),
        st.sampled_from(
            [b"", b"\n", b": ", b"- ", b"[", b"{", b"}", b"'", b'"', b"&a ", b"*a", b"!!x ", b"\xff", b"9" * 30, b"#"]
        ),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=80, deadline=None)
@given(MUTATIONS)
def test_a_damaged_file_is_read_or_refused_and_nothing_else(changes: list[tuple[int, int, bytes]]) -> None:
    data = WHOLE
    for at, cut, new in changes:
        data = data[:at] + new + data[at + cut :]
    assert all(line.startswith("p.yml") for line in told(data))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    assert all(line.startswith("p.yml") for line in told(data))
