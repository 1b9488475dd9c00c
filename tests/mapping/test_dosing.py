"""The dose for a weight: every band of the label's table at its edges and between them."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mapping.dosing import dose_for_weight, label_has_weight
from mapping.ndc import to_eleven_digits
from mapping.profile_store import ProfileStore

PRODUCT = ProfileStore().product("zolgensma")

# Copied from the manufacturer's kit table, not read from the profile: from kg, to kg, dose mL,
# vials, extractable mL, NDC as on the carton, NDC as on the claim.
BANDS = [
    ("2.6", "3.0", "16.5", 2, "16.6", "71894-120-02", "71894012002"),
    ("3.1", "3.5", "19.3", 3, "19.3", "71894-121-03", "71894012103"),
    ("3.6", "4.0", "22.0", 3, "22.1", "71894-122-03", "71894012203"),
    ("4.1", "4.5", "24.8", 3, "24.9", "71894-123-03", "71894012303"),
    ("4.6", "5.0", "27.5", 4, "27.6", "71894-124-04", "71894012404"),
    ("5.1", "5.5", "30.3", 4, "30.4", "71894-125-04", "71894012504"),
    ("5.6", "6.0", "33.0", 4, "33.2", "71894-126-04", "71894012604"),
    ("6.1", "6.5", "35.8", 5, "35.9", "71894-127-05", "71894012705"),
    ("6.6", "7.0", "38.5", 5, "38.7", "71894-128-05", "71894012805"),
    ("7.1", "7.5", "41.3", 5, "41.5", "71894-129-05", "71894012905"),
    ("7.6", "8.0", "44.0", 6, "44.2", "71894-130-06", "71894013006"),
    ("8.1", "8.5", "46.8", 6, "47.0", "71894-131-06", "71894013106"),
    ("8.6", "9.0", "49.5", 6, "49.8", "71894-132-06", "71894013206"),
    ("9.1", "9.5", "52.3", 7, "52.5", "71894-133-07", "71894013307"),
    ("9.6", "10.0", "55.0", 7, "55.3", "71894-134-07", "71894013407"),
    ("10.1", "10.5", "57.8", 7, "58.1", "71894-135-07", "71894013507"),
    ("10.6", "11.0", "60.5", 8, "60.8", "71894-136-08", "71894013608"),
    ("11.1", "11.5", "63.3", 8, "63.6", "71894-137-08", "71894013708"),
    ("11.6", "12.0", "66.0", 8, "66.4", "71894-138-08", "71894013808"),
    ("12.1", "12.5", "68.8", 9, "69.1", "71894-139-09", "71894013909"),
    ("12.6", "13.0", "71.5", 9, "71.9", "71894-140-09", "71894014009"),
    ("13.1", "13.5", "74.3", 9, "74.7", "71894-141-09", "71894014109"),
    ("13.6", "14.0", "77.0", 10, "77.4", "71894-142-10", "71894014210"),
    ("14.1", "14.5", "79.8", 10, "80.2", "71894-143-10", "71894014310"),
    ("14.6", "15.0", "82.5", 10, "83.0", "71894-144-10", "71894014410"),
    ("15.1", "15.5", "85.3", 11, "85.7", "71894-145-11", "71894014511"),
    ("15.6", "16.0", "88.0", 11, "88.5", "71894-146-11", "71894014611"),
    ("16.1", "16.5", "90.8", 11, "91.3", "71894-147-11", "71894014711"),
    ("16.6", "17.0", "93.5", 12, "94.0", "71894-148-12", "71894014812"),
    ("17.1", "17.5", "96.3", 12, "96.8", "71894-149-12", "71894014912"),
    ("17.6", "18.0", "99.0", 12, "99.6", "71894-150-12", "71894015012"),
    ("18.1", "18.5", "101.8", 13, "102.3", "71894-151-13", "71894015113"),
    ("18.6", "19.0", "104.5", 13, "105.1", "71894-152-13", "71894015213"),
    ("19.1", "19.5", "107.3", 13, "107.9", "71894-153-13", "71894015313"),
    ("19.6", "20.0", "110.0", 14, "110.6", "71894-154-14", "71894015414"),
    ("20.1", "20.5", "112.8", 14, "113.4", "71894-155-14", "71894015514"),
    ("20.6", "21.0", "115.5", 14, "116.2", "71894-156-14", "71894015614"),
]


def test_the_profile_has_the_bands_of_the_table_and_no_other() -> None:
    assert len(BANDS) == 37 == len(PRODUCT.kits)


@pytest.mark.parametrize("band", BANDS, ids=[f"{band[0]}-{band[1]}" for band in BANDS])
@pytest.mark.parametrize("below_and_above", ["0", "-0.05", "0.049"])
def test_a_band_holds_its_edges_and_what_rounds_to_them(
    band: tuple[str, str, str, int, str, str, str], below_and_above: str
) -> None:
    lower, upper, dose_ml, vials, extractable, ndc_10, ndc_11 = band
    for edge in (lower, upper):
        dose = dose_for_weight(PRODUCT, Decimal(edge) + Decimal(below_and_above))
        assert dose is not None
        kit = dose.kit
        assert dose.rounded_weight_kg == Decimal(edge)
        assert (kit.dose_ml, kit.vials, kit.extractable_ml) == (Decimal(dose_ml), vials, Decimal(extractable))
        assert (kit.ndc_10, kit.ndc_11) == (ndc_10, ndc_11)
        assert dose.ndc_quantities == {"UN": Decimal(1), "ML": Decimal(dose_ml)}


@pytest.mark.parametrize("band", BANDS, ids=[band[5] for band in BANDS])
def test_a_kit_fits_its_own_band(band: tuple[str, str, str, int, str, str, str]) -> None:
    _, upper, dose_ml, vials, extractable, ndc_10, ndc_11 = band
    assert to_eleven_digits(ndc_10) == ndc_11
    assert int(ndc_10[-2:]) == vials
    by_upper_weight = dose_for_weight(PRODUCT, Decimal(upper))
    assert by_upper_weight is not None
    assert 0 <= Decimal(dose_ml) - by_upper_weight.volume_ml <= Decimal("0.05")
    assert Decimal(dose_ml) <= Decimal(extractable)


@pytest.mark.parametrize(
    ("weight", "ndc"),
    [
        ("3.04", "71894012002"),
        ("3.049", "71894012002"),
        ("3.05", "71894012103"),
        ("10.04", "71894013407"),
        ("10.05", "71894013507"),
    ],
)
def test_between_two_bands_half_a_tenth_goes_up(weight: str, ndc: str) -> None:
    dose = dose_for_weight(PRODUCT, Decimal(weight))
    assert dose is not None and dose.kit.ndc_11 == ndc


@pytest.mark.parametrize(
    ("weight", "genomes", "volume"),
    [
        ("5.8", "638000000000000", "31.9"),
        ("3.04", "334400000000000", "16.72"),
        ("8.137", "895070000000000", "44.7535"),
        ("21", "2310000000000000", "115.5"),
    ],
)
def test_genomes_and_volume_are_exact(weight: str, genomes: str, volume: str) -> None:
    dose = dose_for_weight(PRODUCT, Decimal(weight))
    assert dose is not None
    assert (dose.vector_genomes, dose.volume_ml) == (Decimal(genomes), Decimal(volume))
    assert dose.vector_genomes == dose.volume_ml * PRODUCT.concentration_vg_per_ml


@pytest.mark.parametrize("weight", ["0.001", "2.5", "2.549", "21.05", "21.1", "45", "5800"])
def test_outside_the_label_there_is_no_dose(weight: str) -> None:
    assert dose_for_weight(PRODUCT, Decimal(weight)) is None
    assert not label_has_weight(PRODUCT, Decimal(weight))


def test_a_kit_outside_the_label_is_not_given() -> None:
    narrower = PRODUCT.model_copy(update={"weight_to_kg": Decimal("13.5")})
    assert dose_for_weight(narrower, Decimal("13.54")) is not None
    assert dose_for_weight(narrower, Decimal("13.6")) is None


def test_a_gap_in_the_kit_table_is_no_dose_though_the_label_has_the_weight() -> None:
    gap = PRODUCT.model_copy(update={"kits": PRODUCT.kits[1:]})
    assert label_has_weight(gap, Decimal("2.8"))
    assert dose_for_weight(gap, Decimal("2.8")) is None


@pytest.mark.parametrize("weight", ["0", "-5.8", "NaN", "sNaN", "Infinity"])
def test_what_is_no_weight_is_refused(weight: str) -> None:
    with pytest.raises(ValueError, match="above zero"):
        dose_for_weight(PRODUCT, Decimal(weight))
