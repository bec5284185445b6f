"""The structure of the package: folders that are registries, stages that look back only, values that stay values."""

import ast
import importlib.util
import inspect
import pkgutil
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from msgspec import Struct

import readygate
from readygate import formats, outputs, rules
from readygate.baseline import stores
from readygate.baseline.stores import StoreKind
from readygate.formats import Format
from readygate.formats import coverage as coverage_formats
from readygate.formats import results as test_formats
from readygate.outputs import Output
from readygate.rules import Rule
from readygate.support.registry import members

PACKAGE = Path(readygate.__file__).parent

DOORS = {"__main__", "commands"}
"""The only parts that know of arguments and environment."""

ENVIRONMENT_OF_GIT = "git/local_git.py"
"""Passes its own environment on to the git program, and reads nothing from it."""

PURE = {"model", "compare", "rules", "judge", "render", "snapshot", "policy"}
IMPURE = {"render/template/sandbox.py", "render/template/sandbox_process.py"}
"""The process that runs a user's template."""
READ_TEMPLATES = {"render/markdown/document.py", "render/html/document.py"}
"""Load their templates once, from the package."""
IO_MODULES = {
    "os",
    "io",
    "socket",
    "subprocess",
    "requests",
    "github",
    "urllib.request",
    "http",
    "shutil",
    "tempfile",
    "time",
    "random",
    "threading",
    "datetime",
    "logging",
}
IO_CALLS = {
    "open",
    "print",
    "input",
    "read_text",
    "read_bytes",
    "write_text",
    "write_bytes",
    "mkdir",
    "unlink",
}

REGISTRIES: list[tuple[ModuleType, str, type[object]]] = [
    (test_formats, "FORMAT", Format),
    (coverage_formats, "FORMAT", Format),
    (rules, "RULE", Rule),
    (stores, "STORE", StoreKind),
    (outputs, "OUTPUT", Output),
]
LONGEST_MODULE = 300
LONGEST_FUNCTION = 60


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def shown(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def part_of(path: Path) -> str:
    """The part that a module belongs to: the folder below the package, or the module itself."""
    first = path.relative_to(PACKAGE).parts[0]
    return "readygate" if first == "__init__.py" else first.removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """Full names of what a module imports, wherever the import stands in it."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{shown(path)} uses a relative import"
            assert node.module is not None
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_only_the_ways_in_read_arguments_and_environment() -> None:
    for path in [path for path in modules() if part_of(path) not in DOORS]:
        if shown(path) == ENVIRONMENT_OF_GIT:
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Attribute):
                assert node.attr not in ("environ", "environb", "getenv", "argv"), f"{shown(path)}:{node.lineno}"
        assert not set(imported(path)) & {"os.environ", "os.getenv", "sys.argv", "argparse"}, shown(path)


def impure(path: Path) -> Iterator[str]:
    """What in a module reads, writes or waits."""
    for name in imported(path):
        if not {name, name.split(".")[0], ".".join(name.split(".")[:2])}.isdisjoint(IO_MODULES):
            yield name
        if name.startswith("pathlib") and name != "pathlib.PurePosixPath":
            yield name
        if name.startswith("jinja2") and shown(path) not in READ_TEMPLATES:
            yield name
    for node in ast.walk(tree(path)):
        called = node.func if isinstance(node, ast.Call) else None
        name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
        if name in IO_CALLS:
            yield f"{name} in line {node.lineno}"  # type: ignore[attr-defined]


def test_a_pure_part_does_no_io() -> None:
    pure = [path for path in modules() if part_of(path) in PURE and shown(path) not in IMPURE]
    assert {shown(path): found for path in pure if (found := list(impure(path)))} == {}


def model_classes() -> list[type]:
    found = []
    for info in pkgutil.iter_modules([str(PACKAGE / "model")]):
        module = importlib.import_module(f"readygate.model.{info.name}")
        found += [
            value
            for value in vars(module).values()
            if isinstance(value, type) and value.__module__ == module.__name__ and issubclass(value, Struct)
        ]
    return found


def test_the_model_has_values() -> None:
    assert len(model_classes()) > 20


def test_a_value_is_frozen_and_built_by_keyword() -> None:
    for kind in model_classes():
        assert kind.__struct_config__.frozen, kind  # type: ignore[attr-defined]
        if not kind.__name__.startswith("_"):
            assert all(p.kind is p.KEYWORD_ONLY for p in inspect.signature(kind).parameters.values()), kind


def test_a_module_fits_in_a_head() -> None:
    lines = {shown(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules()}
    assert {path: number for path, number in lines.items() if number > LONGEST_MODULE} == {}


def test_a_function_fits_on_a_screen() -> None:
    for path in modules():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                assert node.end_lineno - node.lineno < LONGEST_FUNCTION, f"{shown(path)}:{node.lineno} {node.name}"


@pytest.mark.parametrize(("package", "constant", "kind"), REGISTRIES, ids=lambda value: getattr(value, "__name__", ""))
def test_each_module_of_a_registry_defines_its_constant(package: ModuleType, constant: str, kind: type[object]) -> None:
    found = members(package, constant, kind)
    names = [
        info.name for info in pkgutil.iter_modules(package.__path__) if not info.name.startswith("_") and not info.ispkg
    ]
    assert len(found) == len(names) > 0
    assert all(isinstance(member, kind) for member in found)


def test_names_are_unique() -> None:
    for names in (
        [fmt.name for fmt in formats.all_formats()],
        [rule.name for rule in rules.all_rules()],
        [kind.scheme for kind in stores.all_stores()],
        [output.name for output in outputs.all_outputs()],
    ):
        assert len(names) == len(set(names)), names


def test_a_module_without_the_constant_is_named(tmp_path: Path) -> None:
    package = ModuleType("readygate.rules")
    (tmp_path / "empty_rule.py").write_text("RULE = 'not one'\n")
    package.__path__ = [str(tmp_path)]
    spec = importlib.util.spec_from_file_location("readygate.rules.empty_rule", tmp_path / "empty_rule.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules["readygate.rules.empty_rule"] = module
    try:
        with pytest.raises(TypeError, match=r"readygate\.rules\.empty_rule must define RULE: Rule"):
            members(package, "RULE", Rule)
    finally:
        del sys.modules["readygate.rules.empty_rule"]


NEW_MODULES = {
    "rules/aa_new.py": (
        "from readygate.model.verdict import Level\n"
        "from readygate.rules import Rule, passes\n"
        "RULE = Rule(name='aa-new', summary='Nothing.', description='New.', levels=(Level.WARN,) * 3, weight=1,\n"
        "            judge=lambda comparison, policy: passes('x'))\n"
    ),
    "baseline/stores/aa_new.py": (
        "from readygate.baseline.stores import StoreKind\n"
        "STORE = StoreKind(scheme='aa-new', title='new', open=lambda opening: (opening.rest, opening.workspace))\n"
    ),
    "outputs/aa_new.py": (
        "from readygate.context import Published\n"
        "from readygate.outputs import Output, Stage\n"
        "OUTPUT = Output(name='aa-new', stage=Stage.GITHUB, enabled=lambda view, context: True,\n"
        "                publish=lambda view, context, published: Published())\n"
    ),
    "formats/results/aa_new.py": (
        "from readygate.formats import Format\n"
        "FORMAT = Format(name='aa-new', title='New', kind='tests', url='https://example.org',\n"
        "                matches=lambda sample: 'it says so' if sample.text.startswith('aa-new') else None,\n"
        "                parse=lambda source: source)\n"
    ),
    "formats/coverage/ab_new.py": (
        "from readygate.formats import Format\n"
        "FORMAT = Format(name='ab-new', title='New', kind='coverage', url='https://example.org',\n"
        "                matches=lambda sample: None, parse=lambda source: source)\n"
    ),
}
PROBE = """
from pathlib import Path
from readygate import __file__ as where
from readygate.formats import FileSample, all_formats, choose
from readygate.outputs import all_outputs
from readygate.policy import preset
from readygate.rules import all_rules
from readygate.baseline.stores import all_stores, open_store
print(Path(where).parent)
print([r.name for r in all_rules()][0], preset('strict').levels['aa-new'].name)
print([s.scheme for s in all_stores()][0], open_store('aa-new:x', Path('/y'), None))
print([o.name for o in all_outputs()][0])
print([f.name for f in all_formats() if f.name.endswith('-new')])
print(choose(FileSample.read('a', b'aa-new'))[0].name)
"""


def test_a_new_module_needs_no_edit_elsewhere(tmp_path: Path) -> None:
    copy = tmp_path / "readygate"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in NEW_MODULES.items():
        (copy / name).write_text(text)
    command = [sys.executable, "-I", "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{PROBE}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        str(copy),
        "aa-new WARN",
        "aa-new ('x', PosixPath('/y'))",
        "aa-new",
        "['aa-new', 'ab-new']",
        "aa-new",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "<testsuites><testsuite/></testsuites>",
        "<testsuites disabled='0' time='1'><testsuite name='a'><properties/><testcase/></testsuite></testsuites>",
        "<testsuite><testcase name='a'/></testsuite>",
        "<testcase name='a'/>",
        "<testrun name='a'><testsuite/></testrun>",
        "<n:testsuites xmlns:n='urn:x'/>",
    ],
)
def test_no_other_format_claims_what_is_usual(text: str) -> None:
    head = formats.FileSample.read("x", text.encode())
    assert [fmt.name for fmt in formats.all_formats() if fmt.matches(head) is not None] == ["junit"]
    chosen = formats.choose(head)
    assert isinstance(chosen, tuple)
    assert chosen[0].name == "junit"
