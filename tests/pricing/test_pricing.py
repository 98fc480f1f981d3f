"""The check on real shops: the references pass over each way in, and a fault is told by a small cart."""

import sys
from decimal import Decimal

import pytest

from pytest_letsbe.checks.pricing.amounts import one_rule
from pytest_letsbe.checks.pricing.check import PricingCheck
from pytest_letsbe.checks.pricing.options import PricingOptions
from pytest_letsbe.checks.pricing.quote import digits, integer, read
from pytest_letsbe.data import data_dir
from pytest_letsbe.model import CheckFailure, Location, Spec
from pytest_letsbe.runner import Runner
from pytest_letsbe.targets import connect
from pytest_letsbe.targets.spec import TargetSpec

FAULTS = data_dir("mutants") / "pricing" / "faults.py"
ASKED = {"lines": [{"sku": "seat", "quantity": 1}], "currency": "EUR"}


@pytest.fixture
def run(tmp_path):
    runners = []

    def make(target: TargetSpec, **options) -> Runner:
        check = PricingCheck()
        spec = Spec("pricing", PricingOptions(**options), tmp_path, Location("letsbe.yaml"))
        runners.append(Runner(check, check.cases(spec), connect(target, role="pricing", root=tmp_path)))
        return runners[-1]

    yield make
    for each in runners:
        each.close()


def ends(runner):
    return {case.id: str(end.error) for case in runner.cases if (end := runner.end_of(case)).outcome != "passed"}


@pytest.mark.parametrize("variant", ["correct", "fractions"])
def test_the_references_pass_on_stdio(run, variant):
    assert ends(run(TargetSpec(reference=variant, timeout=60))) == {}


def test_a_server_is_driven_by_http_too(run):
    argv = [sys.executable, "-m", "pytest_letsbe", "serve", "pricing", "--http", "{port}"]
    runner = run(TargetSpec(start=argv, url="http://127.0.0.1:{port}", ready="/healthz", timeout=60), skus=["seat"])
    chosen = [case for case in runner.cases if case.invariant in ("liveness", "rejects-nonsense")]
    assert [runner.end_of(case).outcome for case in chosen] == ["passed"] * 6


def test_a_fault_is_told_by_the_smallest_cart_that_shows_it(run):
    runner = run(TargetSpec(python=f"{FAULTS}:ForgetsTax", timeout=60))
    case = next(case for case in runner.cases if case.id == "pricing::sum-of-lines[carts]")
    end = runner.end_of(case)
    assert isinstance(end.error, CheckFailure)
    assert end.error.sentence.startswith("the total is ")
    assert end.error.evidence[0].count('"sku"') == 1


def test_what_the_manifest_names_must_be_sold(run):
    runner = run(TargetSpec(reference="correct", timeout=60), skus=["seat", "yacht"])
    end = runner.end_of(runner.cases[0])
    assert end.outcome == "failed"
    assert "yacht" in str(end.error)


def test_a_wrong_list_price_is_a_finding(run):
    runner = run(TargetSpec(reference="correct", timeout=60), prices={"seat": {"JPY": "47.00"}})
    case = next(case for case in runner.cases if case.name == "list-price")
    assert "one seat costs 47.00 JPY, that is 47 minor units, and the amount is 4700" in str(runner.end_of(case).error)


@pytest.mark.parametrize("price", ["NaN", "free", "-1"])
def test_a_price_that_is_none_is_refused_in_the_manifest(price):
    with pytest.raises(ValueError, match="is no price"):
        PricingOptions(prices={"seat": {"EUR": price}})


def test_minor_units_have_the_digits_of_iso_4217():
    assert [digits(currency) for currency in ("EUR", "JPY", "KWD")] == [2, 0, 3]


@pytest.mark.parametrize(
    ("value", "whole"), [(5, 5), (5.0, 5), (5.5, None), (True, None), ("5", None), (float("nan"), None)]
)
def test_only_whole_numbers_are_amounts(value, whole):
    assert integer(value) == whole


def test_an_amount_in_parts_of_a_cent_is_a_finding():
    with pytest.raises(CheckFailure, match="the total is no whole number"):
        read(ASKED, {"lines": [{"sku": "seat", "quantity": 1, "amount": 2900}], "total": 2900.5})


def test_halves_that_go_up_and_down_fit_no_rule():
    one_rule([(Decimal("0.5"), 0, "a"), (Decimal("1.5"), 2, "b")], "x")
    with pytest.raises(CheckFailure, match="isn't rounded by one rule"):
        one_rule([(Decimal("0.5"), 1, "a"), (Decimal("2.5"), 2, "b")], "x")
