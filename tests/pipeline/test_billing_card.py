"""`j3399 explain J3399`: the billing card says what the profiles say, and where from."""

from __future__ import annotations

from pathlib import Path

import pytest

from mapping.profile_store import SHIPPED, ProfileStore
from pipeline.cli.card import card_lines
from tests.support.commands import j3399

PROFILES = ProfileStore()
PRODUCT = PROFILES.product("zolgensma")


def the_card(profiles: ProfileStore = PROFILES) -> str:
    return "\n".join(card_lines(profiles.product("zolgensma"), profiles))


def in_one_line(card: str) -> str:
    return " ".join(card.split())


def own_payer(folder: Path, key: str, facts: str) -> ProfileStore:
    """The profiles that ship, and one payer of the user's own."""
    (folder / "payers").mkdir(exist_ok=True)
    text = f'key = "{key}"\nextends = "default"\ntitle = "An own payer"\n[facts]\n{facts}\n'
    (folder / "payers" / f"{key}.toml").write_text(text, encoding="utf-8")
    return ProfileStore(folder)


@pytest.mark.parametrize("name", ["J3399", "j3399", "zolgensma"])
def test_a_product_is_explained_by_code_or_key(name: str) -> None:
    done = j3399("explain", name)
    assert done.returncode == 0, done.stderr
    assert done.stdout == the_card() + "\n"


def test_what_is_nothing_on_file_is_wrong_usage() -> None:
    done = j3399("explain", "J9999")
    assert done.returncode == 2 and "no product" in done.stderr


def test_the_card_fits_eighty_columns() -> None:
    assert max(map(len, the_card().splitlines())) <= 80


@pytest.mark.parametrize(
    "words",
    [
        "J3399, since 2020-07-01",
        "not J3490, J3590, C9399",
        "1 UN (SV205, SV204)",
        "Infusion 96365",
        "not 96401 to 96450: chemotherapy administration; the gene therapy is no chemotherapy",
        "not 96374 (unless 96365 stands beside it): an intravenous push",
        "G12.0, G12.1, G12.8, G12.9",
        "under 24 months at infusion",
        "2.6 to 21.0 kg",
        "titer at most 1:50, warned of when older than 14 days at infusion, not accepted when older than 28",
        "1.1 x 10^14 vector genomes a kg, 2 x 10^13 a mL, 5.5 mL a kg",
        "texas-medicaid drug under 0636",
        "diagnosis G12.0 filed within 95 days",
        "the invoice goes with the claim (PWK with a control number)",
        "age 24 months or younger at infusion",
    ],
)
def test_the_card_says_what_is_known(words: str) -> None:
    assert words in in_one_line(the_card())


def test_every_kit_stands_with_both_forms_of_its_ndc() -> None:
    rows = [line.split() for line in the_card().splitlines() if "71894-" in line]
    assert [(row[-2], row[-1].strip("*")) for row in rows] == [
        (kit.ndc_10, kit.ndc_11) for kit in PRODUCT.kits
    ]
    marked = {row[-2] for row in rows if row[-1].endswith("*")}
    assert marked == {kit.ndc_10 for kit in PRODUCT.kits if kit.is_doubtful}
    assert "71894-134-07" in marked and "71894-131-06" not in marked


def test_every_payer_of_the_profiles_stands_once() -> None:
    payers = the_card().split("\nPayers")[1].split("\nSources")[0]
    named = [
        word.strip(" ")
        for line in payers.splitlines()[1:]
        if line.startswith("  ") and not line.startswith("      ")
        for word in line.split(",")
        if word.strip()
    ]
    assert sorted(named) == PROFILES.keys("payers")


def test_every_fact_of_the_product_has_its_source() -> None:
    sources = in_one_line(the_card().split("\nSources")[1])
    for name, origin in PROFILES.sources("products", "zolgensma").items():
        assert name in sources
        assert f"{origin.source} ({origin.date})" in sources
    for wrong in PRODUCT.wrong_administration:
        assert f"not {wrong.first}" in sources and wrong.source in sources


def test_what_an_own_payer_wants_stands_on_the_card_with_its_source(tmp_path: Path) -> None:
    facts = "\n".join(
        f'{name} = {{ value = {value}, source = "its manual", date = 2026-01-31 }}'
        for name, value in {
            "drug_revenue_codes": '["0892"]',
            "drug_revenue_code": '"0892"',
            "ndc_unit": '"UN"',
            "ndc_units_accepted": '["UN"]',
            "drug_lines": "3",
            "drug_hcpcs": '"J3590"',
            "carve_out": "true",
            "invoice_value_code": '"87"',
            "requires_invoice": "true",
            "payment_basis": '"fee_schedule"',
            "diagnoses": '["G120", "G121"]',
            "diagnosis_position": '"principal"',
            "line_charge_maximum": "999999.99",
            "claim_charge_maximum": "9999999.99",
            "filing_days": "180",
            "filing_days_secondary": "60",
            "filing_days_correction": "365",
            "age_limit_months": "6",
            "titer_threshold": "25",
            "titer_maximum_days": "14",
        }.items()
    )
    modifier = '[[drug_modifiers]]\ncode = "TB"\nonly_340b = true\nsource = "its letter"\ndate = 2026-02-01'
    card = in_one_line(the_card(own_payer(tmp_path, "own-plan", f"{facts}\n{modifier}")))
    for words in (
        "own-plan drug under 0892 (elsewhere also 0250, 0260); infusion under 0260",
        "CTP05 UN with CTP04 1, one kit; units taken: UN",
        "drug always under 0892",
        "drug billed as J3590",
        "drug on 3 lines",
        "drug alone on an outpatient claim",
        "acquisition cost under value code 87",
        "modifier TB, setting any, 340B only",
        "the invoice goes with the claim",
        "drug priced by a fee schedule",
        "principal diagnosis G12.0 or G12.1",
        "charge of a line at most 999999.99",
        "charge of a claim at most 9999999.99",
        "filed within 180 days of the statement's end",
        "after another payer within 60 days of its decision",
        "a corrected claim within 365 days of the last remittance",
        "age under 6 months",
        "titer at most 1:25",
        "titer at most 14 days old",
        "its manual (2026-01-31)",
        "its letter (2026-02-01) own-plan modifier TB",
    ):
        assert words in card


def test_the_card_is_drawn_from_the_configurations_own_profiles(tmp_path: Path) -> None:
    own_payer(tmp_path, "own-plan", 'ndc_unit = { value = "UN", source = "its manual", date = 2026-01-31 }')
    config = tmp_path / "own.toml"
    config.write_text('[profiles]\nfolder = "."\n', encoding="utf-8")
    done = j3399("explain", "J3399", "--config", str(config))
    assert done.returncode == 0 and "own-plan" in done.stdout
    (tmp_path / "payers" / "own-plan.toml").write_text("key = 1", encoding="utf-8")
    broken = j3399("explain", "J3399", "--config", str(config))
    assert broken.returncode == 2 and "own-plan.toml" in broken.stderr and "Traceback" not in broken.stderr


def test_a_kit_table_without_evidence_is_read_and_nothing_is_marked(tmp_path: Path) -> None:
    products = tmp_path / "products"
    products.mkdir()
    (products / "zolgensma.toml").write_bytes((SHIPPED / "products" / "zolgensma.toml").read_bytes())
    table = (SHIPPED / "products" / "zolgensma-kits.csv").read_text("utf-8")
    without = "\n".join(line.rpartition(",")[0] for line in table.splitlines())
    (products / "zolgensma-kits.csv").write_text(without, encoding="utf-8")
    card = the_card(ProfileStore(tmp_path))
    assert "71894-134-07" in card and "*" not in card
