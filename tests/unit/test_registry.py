"""Members that other distributions add through entry points."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.support.plugins import install

from readygate.support.errors import EXIT_SETTINGS, PluginError
from readygate.support.registry import Extension, entry_point_members

GROUP = "readygate.things"
CODE = "from readygate.support.registry import Extension\nTHING = Extension(name='acme')\n"
POINTS = f"[{GROUP}]\nacme = acme_things:THING\n"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder on the import path; the working directory is another."""
    folder = tmp_path / "site"
    folder.mkdir()
    (tmp_path / "workspace").mkdir()
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.chdir(tmp_path / "workspace")
    yield folder
    sys.modules.pop("acme_things", None)


def refused() -> str:
    with pytest.raises(PluginError) as caught:
        entry_point_members(GROUP, Extension, ("own",))
    assert caught.value.exit_code == EXIT_SETTINGS
    assert caught.value.where == "acme-things 1.0"
    return str(caught.value)


def test_without_plugins_nothing_is_added() -> None:
    assert entry_point_members(GROUP, Extension) == ()


def test_a_member_names_its_distribution(site: Path) -> None:
    install(site, "acme-things", CODE, POINTS)
    found = entry_point_members(GROUP, Extension, ("own",))
    assert found == (Extension(name="acme", foreign="acme-things 1.0"),)
    assert found[0].label == "acme (from acme-things 1.0)"
    assert Extension(name="own").label == "own"


def test_a_member_that_cannot_be_imported_is_an_error(site: Path) -> None:
    install(site, "acme-things", "import nothing_like_this\n", POINTS)
    assert "cannot be imported (ModuleNotFoundError" in refused()


def test_a_member_that_ends_the_process_is_an_error(site: Path) -> None:
    install(site, "acme-things", "import sys\nsys.exit(0)\n", POINTS)
    assert "cannot be imported (SystemExit" in refused()


def test_a_missing_attribute_is_an_error(site: Path) -> None:
    install(site, "acme-things", "OTHER = 1\n", POINTS)
    assert "cannot be imported (AttributeError" in refused()


def test_a_member_of_another_type_is_an_error(site: Path) -> None:
    install(site, "acme-things", "THING = 'text'\n", POINTS)
    assert "must be an instance of readygate.support.registry.Extension, got str" in refused()


def test_a_name_of_ours_is_taken(site: Path) -> None:
    install(site, "acme-things", CODE.replace("'acme'", "'own'"), POINTS)
    assert "the name 'own' is already used by Readygate" in refused()


def test_a_name_of_another_plugin_is_taken(site: Path) -> None:
    install(site, "acme-things", CODE, POINTS + "again = acme_things:THING\n")
    assert "the name 'acme' is already used by acme-things 1.0" in refused()


def test_a_distribution_in_the_working_directory_is_refused_unread(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(site, "acme-things", CODE, POINTS)
    monkeypatch.chdir(site.parent)
    assert "its code belongs to the workspace" in refused()
    assert "acme_things" not in sys.modules


def test_a_distribution_in_the_checkout_around_the_working_directory_is_refused_unread(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(site, "acme-things", CODE, POINTS)
    (site.parent / ".git").mkdir()
    assert "its code belongs to the workspace" in refused()
    assert "acme_things" not in sys.modules


def test_a_distribution_installed_from_the_working_directory_is_refused_unread(site: Path) -> None:
    install(site, "acme-things", CODE, POINTS, source=Path.cwd() / "plugin")
    assert "its code belongs to the workspace" in refused()
    assert "acme_things" not in sys.modules


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[1",
        b"[]",
        b"{}",
        b'{"url": null}',
        b'{"url": 5}',
        b'{"url": ""}',
        b'{"url": "plugin"}',
        b'{"url": "file://[x"}',
        b'{"url": "file:///a%00b"}',
        b'{"url": "file:///\xff"}',
        b'\xef\xbb\xbf{"url": "https://acme.example/things.whl"}',
    ],
)
def test_a_distribution_with_a_damaged_origin_is_refused_unread(site: Path, data: bytes) -> None:
    install(site, "acme-things", CODE, POINTS)
    (site / "acme_things-1.0.dist-info" / "direct_url.json").write_bytes(data)
    text = refused()
    assert "the origin of its code is unknown" in text
    assert "direct_url.json" in text
    assert "acme_things" not in sys.modules


def test_a_distribution_from_an_address_or_another_folder_is_loaded(site: Path) -> None:
    install(site, "acme-things", CODE, POINTS, source=site.parent / "elsewhere")
    assert [each.name for each in entry_point_members(GROUP, Extension)] == ["acme"]
    origin = site / "acme_things-1.0.dist-info" / "direct_url.json"
    origin.write_text('{"url": "https://acme.example/things.whl", "archive_info": {}}')
    assert [each.name for each in entry_point_members(GROUP, Extension)] == ["acme"]


@pytest.mark.parametrize("value", ["", ":::"])
def test_an_entry_point_that_names_no_object_is_an_error(site: Path, value: str) -> None:
    install(site, "acme-things", CODE, f"[{GROUP}]\nacme = {value}\n")
    assert "cannot be used" in refused()


def test_a_module_of_the_working_directory_in_place_of_the_installed_one_is_refused_unread(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(site, "acme-things", CODE, POINTS, files=Path.cwd())
    monkeypatch.syspath_prepend(str(Path.cwd()))
    assert "its code belongs to the workspace" in refused()
    assert "acme_things" not in sys.modules


def test_the_environment_of_the_interpreter_may_lie_in_the_working_directory(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(site, "acme-things", CODE, POINTS)
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(site))
    monkeypatch.chdir(site.parent)
    assert [each.name for each in entry_point_members(GROUP, Extension)] == ["acme"]
