"""The reference against the shipped corpora: every kind in every carrier it fits, every encoding, every benign text.

The check itself judges all pairs; here each kind, carrier and encoding stands once, to fail fast and by name.
"""

from pathlib import Path

import pytest

from pytest_letsbe.checks.redaction import corpus
from pytest_letsbe.checks.redaction.client import Answer
from pytest_letsbe.checks.redaction.options import RedactionOptions
from pytest_letsbe.checks.redaction.samples import PLAIN, Combination, fit, make
from pytest_letsbe.model import Location, Spec
from pytest_letsbe.reference.redactor import ReferenceRedactor

redactor = ReferenceRedactor()
CORPUS = corpus.load(Spec("redaction", RedactionOptions(), Path(), Location("letsbe.yaml")))


def leak_of(kind, carrier, encoding):
    sample = make(Combination(kind, carrier, encoding), 11)
    return sample.leak(Answer(redactor.redact(sample.text, media_type=sample.carried.media_type)["text"]))


@pytest.mark.parametrize("kind", CORPUS.kinds, ids=lambda kind: kind.id)
def test_a_kind_survives_in_no_carrier(kind):
    carriers = [carrier for carrier in CORPUS.carriers if fit(kind, carrier, PLAIN)]
    assert carriers
    assert [c.id for c in carriers if leak_of(kind, c, PLAIN) is not None] == []


@pytest.mark.parametrize("encoding", CORPUS.encodings, ids=lambda encoding: encoding.id)
def test_an_encoding_hides_no_kind(encoding):
    def fitting(kind):
        return next((c for c in reversed(CORPUS.carriers) if fit(kind, c, encoding)), None)

    pairs = [(kind, carrier) for kind in CORPUS.kinds if (carrier := fitting(kind)) is not None]
    assert pairs
    assert [(k.id, c.id) for k, c in pairs if leak_of(k, c, encoding) is not None] == []


@pytest.mark.parametrize("text", CORPUS.benign, ids=lambda text: text.id)
def test_a_benign_text_stays_byte_for_byte(text):
    for seed in range(3):
        assert redactor.redact(text.render(seed))["text"] == text.render(seed)
