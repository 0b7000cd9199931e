"""What a project's settings may say, and what is refused."""

from pathlib import Path

import pytest

from asl import config
from asl.errors import InputError

EVERYTHING = """
aws = "embedded"
region = "eu-west-1"
account = 111122223333
role-arn = "arn:aws:iam::111122223333:role/R"
resources = "data/resources.json"
seed = 7
start-time = "2030-01-01T00:00:00Z"
type = "EXPRESS"
event-bus = ["orders", "billing"]

[endpoint-url]
sqs = "http://localhost:4566"

[lambda]
charge = "handlers:charge"

[machine]
Child = "child.asl.json"
Other = "/elsewhere/other.asl.json"

[activity]
work = "workers:work"

[define]
Table = "orders"
"""


def write(folder: Path, text: str, name: str = "asl.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def test_every_setting(tmp_path: Path) -> None:
    path = write(tmp_path, EVERYTHING)
    settings = config.read(tmp_path)
    assert settings.path == path
    assert settings.values == {
        "aws": "embedded",
        "region": "eu-west-1",
        "account": "111122223333",
        "role-arn": "arn:aws:iam::111122223333:role/R",
        "resources": str(tmp_path / "data/resources.json"),
        "seed": "7",
        "start-time": "2030-01-01T00:00:00Z",
        "type": "EXPRESS",
        "event-bus": ["orders", "billing"],
        "endpoint-url": {"sqs": "http://localhost:4566"},
        "lambda": {"charge": "handlers:charge"},
        "machine": {"Child": str(tmp_path / "child.asl.json"), "Other": "/elsewhere/other.asl.json"},
        "activity": {"work": "workers:work"},
        "define": {"Table": "orders"},
    }


def test_no_file_no_settings(tmp_path: Path) -> None:
    write(tmp_path, "[project]\nname = 'x'\n", "pyproject.toml")  # no other one above is looked at
    settings = config.read(tmp_path)
    assert (settings.values, settings.path) == ({}, None)
    assert settings.table("lambda") == {}


def test_the_table_of_a_pyproject(tmp_path: Path) -> None:
    path = write(tmp_path, '[tool.asl]\nregion = "eu-west-1"\n[tool.asl.lambda]\nf = "m:f"\n', "pyproject.toml")
    settings = config.read(tmp_path)
    assert settings.path == path
    assert settings.values == {"region": "eu-west-1", "lambda": {"f": "m:f"}}


def test_its_own_file_comes_before_the_pyproject(tmp_path: Path) -> None:
    write(tmp_path, '[tool.asl]\nregion = "eu-west-1"\n', "pyproject.toml")
    write(tmp_path, 'region = "eu-west-2"\n')
    assert config.read(tmp_path).values == {"region": "eu-west-2"}


def test_the_nearest_file_holds_alone(tmp_path: Path) -> None:
    write(tmp_path, 'region = "eu-west-1"\naccount = "111122223333"\n')
    near = tmp_path / "a" / "b"
    near.mkdir(parents=True)
    assert config.read(near).path == tmp_path / "asl.toml"
    write(tmp_path / "a", 'region = "eu-west-2"\n')
    assert config.read(near).values == {"region": "eu-west-2"}


def test_a_pyproject_ends_the_project(tmp_path: Path) -> None:
    write(tmp_path, 'region = "eu-west-1"\n')
    write(tmp_path / "project", "[project]\nname = 'x'\n", "pyproject.toml")
    assert config.read(tmp_path / "project").values == {}


def test_files_are_relative_to_the_file_that_names_them(tmp_path: Path) -> None:
    write(tmp_path, 'resources = "r.json"\n[machine]\nChild = "../child.asl.json"\n')
    (tmp_path / "deep").mkdir()
    values = config.read(tmp_path / "deep").values
    assert values["resources"] == str(tmp_path / "r.json")
    assert Path(values["machine"]["Child"]).resolve() == (tmp_path.parent / "child.asl.json").resolve()


def test_one_endpoint_is_that_of_all_services(tmp_path: Path) -> None:
    write(tmp_path, 'endpoint-url = "http://localhost:4566"\n')
    assert config.read(tmp_path).table("endpoint-url") == {"*": "http://localhost:4566"}


def test_a_table_is_a_copy(tmp_path: Path) -> None:
    write(tmp_path, '[define]\na = "1"\n')
    settings = config.read(tmp_path)
    settings.table("define")["a"] = "2"
    assert settings.table("define") == {"a": "1"}


def test_a_byte_order_mark(tmp_path: Path) -> None:
    write(tmp_path, '\ufeffregion = "eu-west-1"\n')
    assert config.read(tmp_path).values == {"region": "eu-west-1"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('regoin = "x"', "there is no setting 'regoin'; did you mean 'region'?"),
        ('mock = "m.json"', "there is no setting 'mock'; the settings are aws, region, "),
        ('aws = "embeded"', "the setting 'aws' cannot be 'embeded'; did you mean 'embedded'?"),
        ('aws = "on"', "the setting 'aws' cannot be 'on'; it is one of off, embedded, real"),
        ('type = "express"', "the setting 'type' cannot be 'express'; "),
        ("region = true", "the setting 'region' must be a text"),
        ("region = 1.5", "the setting 'region' must be a text"),
        ("region = ['a']", "the setting 'region' must be a text"),
        ("start-time = 2026-01-01T00:00:00Z", "the setting 'start-time' must be a text"),
        ('lambda = "handlers"', "the setting 'lambda' must be a table of texts"),
        ("[lambda]\nf = 1", "the setting 'lambda' must be a table of texts"),
        ("[machine]\nChild = {file = 'x'}", "the setting 'machine' must be a table of texts"),
        ('event-bus = "orders"', "the setting 'event-bus' must be a list of texts"),
        ("event-bus = [1]", "the setting 'event-bus' must be a list of texts"),
        ("endpoint-url = ['x']", "the setting 'endpoint-url' must be a text or a table of texts"),
        ('region = "x', "error: not TOML: "),
        ("a = 1\na = 2", "error: not TOML: "),
        ("a = " + "[" * 5_000, "error: not TOML: "),
    ],
)
def test_settings_that_are_refused(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(InputError) as refused:
        config.read(tmp_path)
    assert str(refused.value).startswith(f"{path}: {said}")


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "asl.toml").write_bytes(b"region = '\xff'")
    with pytest.raises(InputError, match=r"asl\.toml: cannot be read: "):
        config.read(tmp_path)


@pytest.mark.parametrize("text", ['tool = "x"', "[tool]\nasl = 1", "[tool]\nasl = []"])
def test_a_pyproject_with_other_things_there(tmp_path: Path, text: str) -> None:
    write(tmp_path, text, "pyproject.toml")
    if "asl" not in text:
        assert config.read(tmp_path).values == {}
    else:
        with pytest.raises(InputError, match=r"\[tool\.asl\] must be a table of settings"):
            config.read(tmp_path)
