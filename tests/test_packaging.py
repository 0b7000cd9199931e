"""What is in the wheel, what importing costs, and which way imports run."""

import ast
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = {"asl", "asl_aws", "asl_eventbridge", "asl_lambda"}
NETWORK = {"boto3", "botocore", "moto", "requests", "urllib3", "socket", "ssl", "http"}

# From what everything may use to what may use everything; a module imports only from its own layer and those before it.
LAYERS = [
    ["asl.values"],
    [
        "asl.findings",
        "asl.errors",
        "asl.limits",
        "asl.json_text",
        "asl.timestamps",
        "asl.model",
        "asl.recursion",
        "asl.streams",
    ],
    ["asl.integration", "asl.jsonpath", "asl.jsonata", "asl.intrinsics", "asl.source"],
    ["asl.wording", "asl.payload", "asl.choice_rules"],
    ["asl.parse"],
    ["asl.check"],
    [
        "asl.editing",
        "asl.effects",
        "asl.events",
        "asl.history",
        "asl.frame",
        "asl.states",
        "asl.engine",
        "asl.snapshot",
        "asl.transition",
    ],
    ["asl.machine", "asl.hosts", "asl.config"],
    ["asl.story", "asl.testing", "asl.debug", "asl.replay"],
    ["asl.cli", "asl.__main__"],
]


def modules(folder: str) -> dict[str, Path]:
    """Every module below a folder of the checkout, by its name."""
    found = {}
    for file in sorted((ROOT / folder).rglob("*.py")):
        parts = file.relative_to(ROOT if folder == "asl" else ROOT / "integrations").with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imports(file: Path) -> set[str]:
    """The modules that a file imports when it is imported: not inside functions, not for type checkers."""
    found = set()
    waiting: list[ast.stmt] = list(ast.parse(file.read_text()).body)
    while waiting:
        node = waiting.pop()
        match node:
            case ast.Import(names):
                found |= {name.name for name in names}
            case ast.ImportFrom(module=str(module), names=names):
                found.add(module)
                found |= {f"{module}.{name.name}" for name in names}
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                pass
            case ast.If() | ast.Try() | ast.With():
                waiting += ast.iter_child_nodes(node)  # type: ignore[arg-type]
    return found


def imported_anywhere(file: Path) -> set[str]:
    """The top-level modules that a file imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def layer(module: str) -> int | None:
    best = None
    for index, names in enumerate(LAYERS):
        for name in names:
            own = module == name or module.startswith((name + ".", name + "_"))
            if own and (best is None or len(name) > best[0]):
                best = (len(name), index)
    return None if best is None else best[1]


def test_imports_run_one_way() -> None:
    wrong = []
    for module, file in modules("asl").items():
        own = layer(module)
        if module == "asl":
            continue
        assert own is not None, f"{module} has no place in LAYERS"
        for imported in imports(file):
            other = layer(imported)
            if imported.startswith("asl.") and other is not None and other > own:
                wrong.append(f"{module} imports {imported}")
    assert not wrong


def test_the_language_reaches_neither_network_nor_integrations() -> None:
    wrong = [
        f"{module} imports {imported}"
        for module, file in modules("asl").items()
        for imported in imports(file)
        if imported.split(".")[0] in NETWORK | (PACKAGES - {"asl"})
    ]
    assert not wrong


def test_the_aws_sdk_is_the_business_of_integrations() -> None:
    sdk = {"boto3", "botocore", "moto"}
    assert not [module for module, file in modules("asl").items() if imported_anywhere(file) & sdk]


def loaded_by(code: str) -> set[str]:
    """The top-level modules that are loaded after `code` ran in a new interpreter."""
    script = f"{code}\nimport sys\nprint(*sorted(sys.modules), file=sys.stderr)"
    environment = {"PYTHONPATH": f"{ROOT}:{ROOT / 'integrations'}", "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, env=environment)
    return set(done.stderr.split())


def test_importing_asl_loads_next_to_nothing() -> None:
    loaded = loaded_by("import asl")
    assert not loaded & {"boto3", "botocore", "click", "yaml", "jsonpath_ng", "asl.engine", "json"}


def test_loading_and_running_loads_no_aws_sdk() -> None:
    code = 'import asl; asl.load({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}).run({})'
    assert not loaded_by(code) & {"boto3", "botocore", "yaml", "jsonpath_ng", "click", "asyncio"}


def test_help_loads_only_what_it_shows() -> None:
    code = "import sys; sys.argv = ['asl', '--help']\nfrom asl.cli import main\ntry: main()\nexcept SystemExit: pass"
    assert not loaded_by(code) & {"boto3", "botocore", "yaml", "jsonpath_ng", "asl.engine", "asl.parse", "asyncio"}


def test_wheel_has_the_packages_and_nothing_else(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="hatchling builds the wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    top = {name.split("/")[0] for name in names}
    assert {name for name in top if not name.endswith(".dist-info")} == PACKAGES
    assert {f"{package}/py.typed" for package in PACKAGES} <= set(names)
    assert any(name.endswith("/licenses/LICENSE") for name in names)


def test_differences_from_aws_are_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text()
    marked = [
        line.split("# differs-from-aws:")[1].strip()
        for folder in ("asl", "integrations")
        for file in sorted((ROOT / folder).rglob("*.py"))
        for line in file.read_text().splitlines()
        if "# differs-from-aws:" in line
    ]
    assert marked
    assert [text for text in marked if text not in readme] == []
