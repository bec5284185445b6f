"""Which parts of a test's name change from run to run, and which only look like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from readygate.model.identity import MAX_NAME, stable_name, stable_names


@pytest.mark.parametrize(
    ("name", "stable"),
    [
        ("test[<Foo object at 0x7f12ab34cd56>]", "test[<Foo object at 0x…>]"),
        ("test[<function f at 0x55aa10>-1]", "test[<function f at 0x…>-1]"),
        ("[1] org.example.Thing@1b2c3d4e", "[1] org.example.Thing@…"),
        ("bytes [B@1b2c3d4e", "bytes [B@…"),
        ("[Ljava.lang.String;@6d06d69c", "[Ljava.lang.String;@…"),
        ("reads /tmp/tmpab12cd3e/x.txt", "reads /tmp/…/x.txt"),
        ("reads /tmp/pytest-of-runner/pytest-12/test_x0", "reads /tmp/…/test_x0"),
        ("reads /tmp/junit5678901234567890/a", "reads /tmp/junit…/a"),
        ("reads /tmp/tmp.aB3dE5fG7h", "reads /tmp/…"),
        ("/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T/tmpab12cd3e", "/var/folders/…"),
        (r"C:\Users\me\AppData\Local\Temp\tmpab12cd3e\x", "C:\\Users\\me\\AppData\\Local\\Temp\\…\\x"),
        ("case (#2)", "case\u00a0(#2)"),
        ("id 123e4567-e89b-12d3-a456-426614174000!", "id …!"),
    ],
)
def test_volatile_parts_are_replaced(name: str, stable: str) -> None:
    assert stable_name(name) == stable


@pytest.mark.parametrize(
    "name",
    [
        "",
        "test_add[1-2-3]",
        "parses 0x7f12ab34cd56",
        "address at 0x7f",
        "mail to bob@facade.example",
        "user@deadbeef",
        "image@sha256:1b2c3d4e",
        "reads /tmp/config/x.txt",
        "reads /tmp/a1",
        "temperature",
        "short 123e4567-e89b-12d3",
        "issue (#12) is closed",
        "date 2024-01-02-0304-0506",
    ],
)
def test_what_only_looks_volatile_stays(name: str) -> None:
    assert stable_name(name) == name


def test_long_names_are_cut_and_stay_distinct() -> None:
    one, other = stable_name("x" * 9_000 + "1"), stable_name("x" * 9_000 + "2")

    assert one != other
    assert len(one) == len(other) == MAX_NAME


@given(st.text(st.sampled_from("/tmp.@-0x7aBcdefT >[]\\"), max_size=80))
def test_a_stable_name_is_stable(name: str) -> None:
    once = stable_name(name)

    assert stable_name(once) == once


@given(st.lists(st.sampled_from(["a", "b at 0x7f12ab34>", "y" * 5_000, "/tmp/tmpab12cd3e", "ü", "x (#2)"])))
def test_many_names_are_as_stable_as_each(names: list[str]) -> None:
    assert stable_names(names) == [stable_name(name) for name in names]


@pytest.mark.parametrize("piece", ["a.", "a", "/tmp/", "[L", "0123456789abcdef-", " at 0x7f", "/tmp/pytest-of-"])
def test_hostile_names_take_no_time(piece: str) -> None:
    name = piece * (400_000 // len(piece)) + "@>"

    assert len(stable_name(name)) == MAX_NAME
