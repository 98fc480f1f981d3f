"""supply-chain: the fixture's sets, what differs legitimately, and what a reader of a failure is told."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import msgspec
import pytest

from pytest_letsbe.checks import Checks
from pytest_letsbe.checks.supply_chain import locks, pins, provenance, sbom
from pytest_letsbe.checks.supply_chain.attacks import ATTACKS
from pytest_letsbe.checks.supply_chain.plan import REPOSITORY
from pytest_letsbe.model import CheckFailure, Location, Spec, Vacuous

CHECK = Checks()["supply-chain"]
DIGEST = "sha256:" + "ab" * 32


def judge(folder: Path, options: dict[str, object]) -> dict[str, CheckFailure | Vacuous]:
    """The failures by invariant."""
    converted = msgspec.convert(options, CHECK.options)
    found: dict[str, CheckFailure | Vacuous] = {}
    for case in CHECK.cases(Spec("supply-chain", converted, folder, Location("letsbe.yaml"))):
        try:
            CHECK.run(case, None)
        except (CheckFailure, Vacuous) as failure:
            found[case.invariant] = failure
    return found


def edited(built, **options):
    return judge(built.folder, {**built.options, **options})


@pytest.mark.parametrize("style", ["v2", "v3"])
@pytest.mark.parametrize("sbom_format", ["cyclonedx", "spdx"])
@pytest.mark.parametrize("algorithm", ["p256", "ed25519"])
def test_a_good_set_passes_in_every_style(oci_factory, style, sbom_format, algorithm):
    built = oci_factory.build(style=style, sbom_format=sbom_format, algorithm=algorithm)
    assert judge(built.folder, built.options) == {}


@pytest.mark.parametrize("name", ["unsigned", "sbom-empty", "wrong-builder"])
def test_the_fixture_builds_attacks(oci_factory, name):
    built = oci_factory.build(name)
    assert ATTACKS[name].expected in judge(built.folder, built.options)


def test_a_private_key_is_never_written(oci_factory):
    built = oci_factory.build()
    assert not [p for p in built.folder.rglob("*") if p.is_file() and b"PRIVATE" in p.read_bytes()]


def test_a_layout_that_does_not_exist_is_told_with_the_mend(tmp_path):
    failure = judge(tmp_path, {})["liveness"]
    assert isinstance(failure, CheckFailure)
    assert "public key" in failure.sentence or "dist/oci" in failure.sentence
    assert failure.evidence[0].startswith("mend: ")


@pytest.mark.parametrize(
    ("options", "invariant"),
    [
        ({"sbom": "sbom.json"}, "sbom-attested"),
        ({"lockfiles": ["pnpm-lock.yaml"]}, "lock-coverage"),
        ({"pins": ["helm/*.yaml"]}, "digest-pins"),
        ({"keys": ["keys/none.pub"]}, "liveness"),
        ({"rebuild": "dist/second"}, "reproducible"),
        ({"releases": "RELEASES"}, "tag-immutable"),
    ],
)
def test_a_path_that_names_nothing_fails(oci_factory, options, invariant):
    assert invariant in edited(oci_factory.build(), **options)


def test_a_repo_without_lock_files_proves_nothing_about_them(oci_factory):
    built = oci_factory.build()
    (built.folder / "package-lock.json").unlink()
    assert isinstance(edited(built)["lock-coverage"], Vacuous)
    assert edited(built, lockfiles=[]) == {}


def test_a_missing_package_is_told_at_its_line_of_the_lock_file(oci_factory):
    failure = judge((built := oci_factory.build("lock-dependency-missing")).folder, built.options)["lock-coverage"]
    assert isinstance(failure, CheckFailure)
    assert failure.sentence == "zod 3.24.1 is installed, and in no SBOM"
    line = (built.folder / "package-lock.json").read_text().splitlines()[failure.location.line - 1]
    assert '"zod"' in line or "node_modules/zod" in line


def test_an_sbom_file_counts_when_its_hash_stands_in_a_signed_statement(oci_factory):
    built = oci_factory.build(sbom_by_hash=True)
    assert edited(built) == {}
    path = built.folder / "sbom.json"
    path.write_text(path.read_text() + " ")
    assert list(edited(built)) == ["sbom-attested"]


def test_a_further_signature_by_a_stranger_takes_nothing_away(oci_factory):
    built = oci_factory.build(style="v3")
    stranger = oci_factory.build("another-key", style="v3")
    for blob in (stranger.folder / "dist/oci/blobs/sha256").iterdir():
        (built.folder / "dist/oci/blobs/sha256" / blob.name).write_bytes(blob.read_bytes())
    path = built.folder / "dist/oci/index.json"
    index, other = (json.loads(p.read_text()) for p in (path, stranger.folder / "dist/oci/index.json"))
    index["manifests"].append(other["manifests"][1])
    path.write_text(json.dumps(index))
    assert built.digest == stranger.digest
    assert edited(built) == {}


def test_a_keyless_bundle_asks_for_an_identity_or_the_library(oci_factory):
    built = oci_factory.build(style="v3")
    folder = built.folder / "dist/oci"
    failures = edited(keyless(built, folder))
    assert "allows nobody" in "\n".join(failures["signed"].evidence)
    identities = [{"identity": "https://git.example.test/ci", "issuer": "https://issuer.example.test"}]
    again = edited(built, identities=identities)["signed"]
    assert "pytest-letsbe[keyless]" in again.sentence or "identity" in "\n".join(again.evidence)


def keyless(built, folder):
    """The set with its signature's key replaced by a certificate, as a keyless bundle has it."""
    import hashlib

    def put(data):
        raw = json.dumps(data).encode()
        digest = hashlib.sha256(raw).hexdigest()
        (folder / "blobs/sha256" / digest).write_bytes(raw)
        return {"digest": "sha256:" + digest, "size": len(raw)}

    index = json.loads((folder / "index.json").read_text())
    entry = index["manifests"][1]
    manifest = json.loads((folder / "blobs/sha256" / entry["digest"][7:]).read_bytes())
    layer = manifest["layers"][0]
    bundle = json.loads((folder / "blobs/sha256" / layer["digest"][7:]).read_bytes())
    certificate = {"rawBytes": base64.b64encode(b"no certificate").decode()}
    layer.update(put({**bundle, "verificationMaterial": {"certificate": certificate, "tlogEntries": []}}))
    entry.update(put(manifest))
    (folder / "index.json").write_text(json.dumps(index))
    return built


@pytest.mark.parametrize(
    "junk", [b"", b"{", b"[]", b'{"manifests": [1]}', b'{"manifests": [{"digest": "sha256:../../x", "size": 1}]}']
)
def test_a_broken_index_is_a_finding_and_no_crash(oci_factory, junk):
    built = oci_factory.build()
    (built.folder / "dist/oci/index.json").write_bytes(junk)
    assert "liveness" in edited(built)


@pytest.mark.parametrize(
    ("text", "images"),
    [
        (f"FROM a@{DIGEST} AS b\nFROM b\nCOPY --from=b / /\nCOPY --from=0 / /\n", []),
        ("FROM --platform=$X \\\n  # why\n  node:22 AS c\n", ["node:22"]),
        ("ARG V=22\nFROM node:$V\n", ["node:22"]),
        ("ARG IMAGE\nFROM ${IMAGE}\n", []),
        ("FROM scratch\nRUN --mount=type=bind,from=busybox:1,target=/x true\n", ["busybox:1"]),
    ],
)
def test_dockerfiles_are_read_as_the_builder_reads_them(tmp_path, text, images):
    (tmp_path / "Dockerfile").write_text(text)
    assert [pin.image for pin in pins.unpinned(pins.read(tmp_path, "Dockerfile"))] == images


@pytest.mark.parametrize(
    ("text", "images"),
    [
        ("services: {a: {image: x:1}, b: {image: y, build: .}}\n", ["x:1"]),
        ("x: &i\n  image: x:1\nservices: {a: *i, b: {<<: *i}}\n", ["x:1"]),
        (f"image: x:${{TAG}}\n---\nimage: ${{IMAGE:?set it}}\n---\nimage: x@{DIGEST}\n", ["x:${TAG}"]),
        ("{{- if .Values.on }}\n  image: x:1\n{{- end }}\n", ["x:1"]),
        ("image: {registry: r.test, repository: x, tag: '1'}\n", ["r.test/x:1"]),
        ("# image: x:1\nlabels: {image-source: x}\n", []),
    ],
)
def test_deployments_are_read_as_yaml_and_templates_as_text(tmp_path, text, images):
    (tmp_path / "compose.yaml").write_text(text)
    assert [pin.image for pin in pins.unpinned(pins.read(tmp_path, "compose.yaml"))] == images


LOCKS = {
    "package-lock.json": '{"packages": {"": {}, "node_modules/a": {"version": "1.0.0"}, "node_modules/b": {"version": "2.0.0", "dev": true}, "node_modules/x/node_modules/@s/c": {"version": "3.0.0"}}}',
    "pnpm-lock.yaml": "lockfileVersion: '9.0'\nimporters:\n  .:\n    dependencies:\n      a: {specifier: ^1, version: 1.0.0(p@1.0.0)}\n    devDependencies:\n      b: {specifier: ^2, version: 2.0.0}\npackages:\n  a@1.0.0: {}\n  b@2.0.0: {}\n  '@s/c@3.0.0': {}\nsnapshots:\n  a@1.0.0(p@1.0.0):\n    dependencies: {'@s/c': 3.0.0}\n  b@2.0.0: {}\n  '@s/c@3.0.0': {}\n",
    "yarn.lock": '# yarn lockfile v1\n\n"@s/c@^3.0.0":\n  version "3.0.0"\n\na@^1.0.0:\n  version "1.0.0"\n  dependencies:\n    "@s/c" "^3.0.0"\n\nb@^2:\n  version "2.0.0"\n',
}


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_gives_what_is_installed_at_run_time(tmp_path, name):
    (tmp_path / "package.json").write_text('{"dependencies": {"a": "^1.0.0"}, "devDependencies": {"b": "^2"}}')
    (tmp_path / name).write_text(LOCKS[name])
    assert {(p.name, p.version) for p in locks.read(tmp_path / name)} == {("a", "1.0.0"), ("@s/c", "3.0.0")}


def test_python_lock_files_leave_out_groups_and_other_platforms(tmp_path):
    (tmp_path / "uv.lock").write_text(
        '[[package]]\nname = "hub"\nsource = { virtual = "." }\ndependencies = [{ name = "a" }, { name = "w", marker = "os_name == \'nt\'" }]\n'
        '[[package]]\nname = "A"\nversion = "1"\n[[package]]\nname = "w"\nversion = "1"\n'.replace('"A"', '"a"')
    )
    (tmp_path / "poetry.lock").write_text(
        '[[package]]\nname = "A_b"\nversion = "1"\noptional = false\ngroups = ["main"]\n'
        '[[package]]\nname = "t"\nversion = "1"\noptional = false\ngroups = ["dev"]\n'
    )
    assert [(p.name, p.line) for p in locks.read(tmp_path / "uv.lock")] == [("a", 6)]
    assert [(p.name, p.version, p.line) for p in locks.read(tmp_path / "poetry.lock")] == [("a-b", "1", 2)]


def test_a_component_is_known_by_its_purl_too():
    component = sbom.Component("flows", "1", "pkg:npm/%40n8n/core@1", True)
    assert component.names() == {"flows", "@n8n/core"}


@pytest.mark.parametrize(
    "uri",
    [
        "git+https://git.example.test/letsbe/hub.git@refs/heads/main",
        "https://git.example.test/letsbe/hub",
        "git+ssh://git@git.example.test/letsbe/hub.git",
    ],
)
def test_a_source_is_the_same_however_a_tool_writes_it(uri):
    assert provenance.plain_source(uri) == "git.example.test/letsbe/hub"


def test_a_failure_names_what_where_and_how_to_mend_it(oci_factory):
    built = oci_factory.build("another-key")
    failure = edited(built)["signed"]
    assert failure.sentence.startswith("v1.4.0 (sha256:")
    assert "no signature of it is by an allowed key" in failure.sentence
    assert any("no allowed key made it" in line for line in failure.evidence)
    assert failure.evidence[-1].startswith("mend: cosign sign")


def test_our_own_image_must_be_deployed_somewhere_when_it_is_named(oci_factory):
    built = oci_factory.build()
    assert "pins-resolve" in edited(built, image="registry.example.test/letsbe/other")
    assert built.options["image"] == REPOSITORY
