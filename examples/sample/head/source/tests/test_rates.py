import pytest

from postage.rates import insurance, parse_weight, price


def test_price_within_the_country():
    assert price("home", 500) == 490


def test_price_of_a_heavy_parcel():
    assert price("near", 2500) == 990 + 3 * 150


def test_free_from_fifty_euros():
    assert price("home", 500, value=5000) == 0


def test_no_free_parcels_abroad():
    assert price("far", 500, value=5000) > 0


def test_unknown_zone():
    with pytest.raises(ValueError, match="unknown zone"):
        price("moon", 500)


def test_weightless_parcel():
    with pytest.raises(ValueError, match="weighs something"):
        price("home", 0)


def test_insurance_has_a_minimum():
    assert insurance(2000) == 100


def test_insurance_of_a_watch():
    assert insurance(80000) == 800


@pytest.mark.parametrize(("text", "grams"), [("300 g", 300), ("1.2 kg", 1200)])
def test_parse_weight(text, grams):
    assert parse_weight(text) == grams


def test_weight_without_a_unit():
    with pytest.raises(ValueError, match="unknown unit"):
        parse_weight("300")
