"""Archives: members are judged like files, and no bomb, lie or broken header gets through or takes the machine down."""

from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from pytest_letsbe.scan.artifacts import scan_artifact
from pytest_letsbe.scan.engine import Engine


def _tar(path: Path, members: dict[str, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return path


def _zip(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "mode"), [("a.tgz", "w:gz"), ("a.tar", "w"), ("a.tar.xz", "w:xz"), ("a.tar.bz2", "w:bz2")]
)
def test_a_member_of_a_tar_is_judged_by_its_own_name(tmp_path: Path, engine: Engine, token: str, name, mode) -> None:
    path = _tar(tmp_path / name, {"package/.env": f"GH={token}\n".encode(), "package/a.txt": b"fine"}, mode)
    found = scan_artifact(engine, path, name).findings
    assert [(finding.path, finding.line, finding.rule) for finding in found] == [
        (f"{name}!package/.env", 1, "github-pat")
    ]


def test_an_archive_inside_an_archive_is_opened(tmp_path: Path, engine: Engine, token: str) -> None:
    inner = _zip({"app/config.json": f'{{"t": "{token}"}}'.encode()})
    path = _tar(tmp_path / "image.tar", {"layer/app.zip": inner}, "w")
    found = scan_artifact(engine, path, "image.tar").findings
    assert [finding.path for finding in found] == ["image.tar!layer/app.zip!app/config.json"]


def test_a_wheel_is_a_zip(tmp_path: Path, engine: Engine, token: str) -> None:
    (tmp_path / "x.whl").write_bytes(_zip({"x/settings.py": f"T = '{token}'".encode()}))
    assert scan_artifact(engine, tmp_path / "x.whl", "x.whl").findings


def test_a_packed_file_is_unpacked(tmp_path: Path, engine: Engine, token: str) -> None:
    import gzip

    (tmp_path / "dump.sql.gz").write_bytes(gzip.compress(f"insert into t values ('{token}');".encode()))
    found = scan_artifact(engine, tmp_path / "dump.sql.gz", "dump.sql.gz")
    assert [finding.path for finding in found.findings] == ["dump.sql.gz!dump.sql"]


def test_a_plain_file_is_judged_as_itself(tmp_path: Path, engine: Engine, token: str) -> None:
    (tmp_path / "bundle.js").write_text(f"const t='{token}'")
    assert scan_artifact(engine, tmp_path / "bundle.js", "dist/bundle.js").findings


def test_a_bomb_is_a_hole_that_is_named(tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_letsbe.scan.artifacts.MOST_BYTES", 100_000)
    (tmp_path / "bomb.zip").write_bytes(_zip({f"{n}": b"0" * 60_000 for n in range(5)}))
    result = scan_artifact(engine, tmp_path / "bomb.zip", "bomb.zip")
    assert "a bomb?" in result.stats.holes[0]
    assert result.stats.members <= 2


def test_too_many_members_are_a_hole(tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_letsbe.scan.artifacts.MOST_MEMBERS", 10)
    (tmp_path / "many.zip").write_bytes(_zip({f"{n}.txt": b"x" for n in range(20)}))
    assert scan_artifact(engine, tmp_path / "many.zip", "many.zip").stats.holes


def test_archives_inside_archives_end_at_a_depth(tmp_path: Path, engine: Engine) -> None:
    content = b"fine"
    for depth in range(12):
        content = _zip({f"{depth}.zip": content})
    (tmp_path / "deep.zip").write_bytes(content)
    assert scan_artifact(engine, tmp_path / "deep.zip", "deep.zip").stats.members <= 4


@pytest.mark.parametrize("cut", [30, 80, 200])
def test_a_broken_archive_is_a_hole_not_a_crash(tmp_path: Path, engine: Engine, cut: int) -> None:
    whole = _zip({"a.txt": b"fine " * 100, "b.txt": b"more " * 100})
    (tmp_path / "broken.zip").write_bytes(whole[:cut])
    assert scan_artifact(engine, tmp_path / "broken.zip", "broken.zip").stats.holes


def test_links_and_devices_in_a_tar_are_left_alone(tmp_path: Path, engine: Engine) -> None:
    path = tmp_path / "links.tar"
    with tarfile.open(path, "w") as archive:
        for name, kind in (("up", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE), ("dev", tarfile.CHRTYPE)):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    result = scan_artifact(engine, path, "links.tar")
    assert result.stats.members == 0
    assert result.findings == []
