"""Badges: a word and a figure, as a picture that needs nobody, and in the form that shields.io reads."""

import json
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.builders import compared, cover, leg, measure, page, report, snapshot
from tests.support.hostile import PIECES
from tests.support.stores import Memory

from readygate.baseline.record import RunToRecord, record_run
from readygate.baseline.store_paths import badge_path
from readygate.compare.outcome_changes import find_outcome_changes
from readygate.outputs.badges import render
from readygate.render.badge import BAD, FAIR, GOOD, NAMES, UNKNOWN, Badge, badges
from readygate.render.report_view import ReportView

SVG = "{http://www.w3.org/2000/svg}"


def made(letters: str, lines: str = "", gate: str = "readygate") -> ReportView:
    suite = {"A": {f"t{number}": letter for number, letter in enumerate(letters)}}
    covered = [cover({"a.py": lines})] if lines else []
    return page(compared(measure(report(suite), *covered)), gate=gate)


def told(of: ReportView, *, complete: bool = True) -> dict[str, tuple[str, str, str]]:
    return {name: (badge.label, badge.message, badge.color) for name, badge in badges(of, complete=complete).items()}


def test_a_green_run() -> None:
    assert told(made("pppp", "hhhh")) == {
        "verdict": ("readygate", "ready", GOOD),
        "pass-rate": ("tests passed", "100%", GOOD),
        "coverage": ("coverage", "100%", GOOD),
    }


def test_a_figure_is_never_rounded_up() -> None:
    found = told(made("p" * 1_999 + "f", "h" * 799 + "m" * 201))
    assert found["verdict"] == ("readygate", "not ready", BAD)
    assert found["pass-rate"] == ("tests passed", "99.95%", FAIR)
    assert found["coverage"] == ("coverage", "79.90%", FAIR)
    assert told(made("pf", "hmm"))["coverage"][1:] == ("33.33%", BAD)


def test_what_was_not_measured_is_said() -> None:
    assert told(made("s"))["pass-rate"] == ("tests passed", "not measured", UNKNOWN)
    assert told(made("p"))["coverage"] == ("coverage", "not measured", UNKNOWN)


def test_an_incomplete_run_has_no_figures() -> None:
    found = told(made("pp", "hh"), complete=False)
    assert found["pass-rate"][1] == found["coverage"][1] == "incomplete"


def test_a_gate_has_its_name_on_them() -> None:
    found = told(made("p", "h", gate="back end"))
    assert [label for label, _, _ in found.values()] == ["back end", "back end tests passed", "back end coverage"]


def test_each_badge_has_both_forms() -> None:
    files = render(made("p", "h"), complete=True)
    assert set(files) == {f"{name}.{kind}" for name in NAMES for kind in ("svg", "json")}
    # https://shields.io/badges/endpoint-badge: these three are required, and the version is always 1
    assert json.loads(files["coverage.json"]) == {
        "schemaVersion": 1,
        "label": "coverage",
        "message": "100%",
        "color": GOOD,
    }


@given(st.lists(st.sampled_from([*PIECES, "漢字", "Wide"]), min_size=1, max_size=6).map("".join))
def test_a_picture_is_whole_whatever_it_says(name: str) -> None:
    gate = name.replace("\0", "") or "x"
    for badge in badges(made("p", "h", gate=gate), complete=True).values():
        root = ET.fromstring(badge.svg())
        assert {element.tag for element in root.iter()} == {
            f"{SVG}{tag}" for tag in ("svg", "title", "clipPath", "rect", "g", "text")
        }
        assert root.findtext(f"{SVG}title") == f"{badge.label}: {badge.message}" == root.get("aria-label")
        assert [text.text or "" for text in root.iter(f"{SVG}text")] == [badge.label, badge.message]
        json.loads(badge.endpoint())


def test_a_picture_is_as_wide_as_its_parts() -> None:
    root = ET.fromstring(Badge(label="coverage", message="96.56%", color=GOOD).svg())
    left, right = (int(rect.get("width", "0")) for rect in root.findall(f"{SVG}g/{SVG}rect"))
    assert int(root.get("width", "0")) == left + right
    assert 50 < left < 80
    assert 40 < right < 60


@pytest.mark.parametrize("color", [GOOD, FAIR, BAD, UNKNOWN, "24292f"])
def test_white_text_stands_out(color: str) -> None:
    parts = [int(color[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    light = sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    assert 1.05 / (light + 0.05) >= 4.5


class TestStored:
    def stored(self, known: Memory, run_id: int, text: str, branch: str = "main") -> None:
        made = snapshot(f"{run_id:040x}", leg({"A": {"t": "p"}}), run_id=run_id, branch=branch)
        badges = {"verdict.svg": text.encode()}
        record_run(known.store(), "readygate", RunToRecord(snapshot=made, badges=badges, changes=find_outcome_changes))

    def test_they_stand_beside_the_data(self) -> None:
        known = Memory()
        self.stored(known, 5, "five")
        assert known.data["readygate/badges/main/verdict.svg"] == b"five"
        assert known.snapshots

    def test_a_later_run_replaces_them_and_an_older_one_does_not(self) -> None:
        known = Memory()
        for run_id in (5, 6, 4):
            self.stored(known, run_id, str(run_id))
        assert known.data["readygate/badges/main/verdict.svg"] == b"6"
        assert len({name.split("/")[2] for name in known.snapshots}) == 3

    def test_a_later_run_of_another_branch_does_not_matter(self) -> None:
        known = Memory()
        self.stored(known, 9, "other", branch="release")
        self.stored(known, 5, "five")
        assert known.data["readygate/badges/main/verdict.svg"] == b"five"
        assert known.data["readygate/badges/release/verdict.svg"] == b"other"

    def test_a_name_is_a_path_whatever_the_branch_is_called(self) -> None:
        assert badge_path("readygate", "main", "coverage.svg") == "readygate/badges/main/coverage.svg"
        odd = badge_path("Back End", "release/../1.x", "coverage.svg")
        assert re.fullmatch(r"back-end-[0-9a-f]{8}/badges/release-1-x-[0-9a-f]{8}/coverage\.svg", odd)
        assert badge_path("readygate", "", "coverage.svg") == "readygate/badges/-/coverage.svg"
