"""Layouts as other tools write them: platforms, BuildKit's attestations, the referrers tag, artifacts that are no images."""

from __future__ import annotations

import hashlib
import json

import pytest

from pytest_letsbe.checks.supply_chain import oci
from pytest_letsbe.model import CheckFailure

INDEX, MANIFEST = "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json"
CONFIG, LAYER = "application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar+gzip"


class Writer:
    """Blobs by hand, so that nothing is shared with the factory."""

    def __init__(self, folder):
        self.folder = folder
        (folder / "blobs/sha256").mkdir(parents=True)
        (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')

    def put(self, data, kind, **more):
        raw = data if isinstance(data, bytes) else json.dumps(data).encode()
        digest = hashlib.sha256(raw).hexdigest()
        (self.folder / "blobs/sha256" / digest).write_bytes(raw)
        return {"mediaType": kind, "digest": "sha256:" + digest, "size": len(raw), **more}

    def image(self, platform, **more):
        labels = {oci.REVISION: "c" * 40}
        config = self.put({"os": "linux", "architecture": platform, "config": {"Labels": labels}}, CONFIG)
        layers = [self.put(platform.encode(), LAYER)]
        return self.put({"schemaVersion": 2, "config": config, "layers": layers}, MANIFEST, **more)

    def layout(self, *rows, most=1 << 30):
        (self.folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": list(rows)}))
        return oci.Layout(self.folder, "oci", most)


@pytest.fixture
def writer(tmp_path):
    return Writer(tmp_path / "oci")


def tagged(row, tag):
    return {**row, "annotations": {oci.REF_NAME: tag}}


def test_an_index_of_platforms_is_one_image_and_its_build_attestation_none(writer):
    arms = [writer.image("amd64"), writer.image("arm64")]
    note = {"vnd.docker.reference.type": "attestation-manifest", "vnd.docker.reference.digest": arms[0]["digest"]}
    statement = writer.put({"config": writer.put({}, CONFIG), "layers": []}, MANIFEST, annotations=note)
    index = writer.put({"schemaVersion": 2, "manifests": [*arms, statement]}, INDEX)
    layout = writer.layout(tagged(index, "v1"))
    (image,) = layout.images()
    assert image.tags == ("v1",)
    assert image.revisions == {"c" * 40}
    assert {index["digest"], arms[0]["digest"], arms[1]["digest"]} <= image.digests
    assert statement["digest"] not in image.digests
    assert not [said for blob in layout.everything() if (said := layout.problem(blob))]


def test_the_referrers_tag_leads_to_what_is_attached(writer):
    image = writer.image("amd64")
    bundle = writer.put(b"{}", "application/vnd.dev.sigstore.bundle.v0.3+json")
    empty = writer.put({}, "application/vnd.oci.empty.v1+json")
    manifest = {"artifactType": bundle["mediaType"], "config": empty, "layers": [bundle], "subject": image}
    referrers = writer.put({"schemaVersion": 2, "manifests": [writer.put(manifest, MANIFEST)]}, INDEX)
    layout = writer.layout(tagged(image, "v1"), tagged(referrers, image["digest"].replace(":", "-")))
    assert [found.digest for found in layout.images()] == [image["digest"]]
    assert [found.to for found in layout.artifacts()] == [image["digest"]]


def test_a_chart_beside_the_image_is_no_image(writer):
    chart = {"config": writer.put({}, "application/vnd.cncf.helm.config.v1+json"), "layers": []}
    layout = writer.layout(tagged(writer.image("amd64"), "v1"), tagged(writer.put(chart, MANIFEST), "chart"))
    assert [image.tags for image in layout.images()] == [("v1",)]


def test_an_image_with_two_tags_is_one_image(writer):
    image = writer.image("amd64")
    (found,) = writer.layout(tagged(image, "v1"), tagged(image, "latest")).images()
    assert found.tags == ("v1", "latest")


def test_a_blob_that_is_too_large_is_never_read(writer):
    layout = writer.layout(tagged(writer.image("amd64"), "v1"), most=3)
    with pytest.raises(CheckFailure, match="max_blob_bytes"):
        layout.images()


def test_an_index_that_holds_itself_ends(writer):
    row = {"mediaType": INDEX, "digest": "sha256:" + "0" * 64, "size": 1}
    layout = writer.layout(row)
    assert [layout.problem(blob) != "" for blob in layout.everything()] == [True]


def test_a_foreign_layer_may_be_elsewhere(writer):
    lost = {"mediaType": LAYER, "digest": "sha256:" + "1" * 64, "size": 9, "urls": ["https://layers.example.test/1"]}
    config = writer.put({"config": {}}, CONFIG)
    layout = writer.layout(writer.put({"config": config, "layers": [lost]}, MANIFEST))
    assert not [said for blob in layout.everything() if (said := layout.problem(blob))]
