"""Presidio without an NLP model: every pattern recognizer it loads by default for English, replaced by ``<ENTITY>``."""

from importlib.metadata import version

import spacy
import tldextract
from presidio_analyzer import AnalyzerEngine
from presidio_analyzer.nlp_engine import SlimSpacyNlpEngine
from presidio_anonymizer import AnonymizerEngine
from stdio import serve

# The suffix list that ships with tldextract: the default fetches a newer one.
tldextract.tldextract.TLD_EXTRACTOR = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
tokens = SlimSpacyNlpEngine(models=[{"lang_code": "en", "model_name": ""}], auto_download=False)
tokens.nlp = {"en": spacy.blank("en")}  # a tokenizer, so that words beside a value count; no model
tokens.nlp["en"].max_length = 10_000_000
analyzer = AnalyzerEngine(nlp_engine=tokens, supported_languages=["en"])
anonymizer = AnonymizerEngine()


def redact(text: str) -> str:
    return anonymizer.anonymize(text, analyzer.analyze(text, "en")).text if text else text


serve(redact, "presidio pattern recognizers", version("presidio-analyzer"))
