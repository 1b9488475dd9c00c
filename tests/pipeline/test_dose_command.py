"""`j3399 dose`: what it prints, and how wrong weights end."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from mapping.profile_store import SHIPPED
from tests.support.commands import j3399


def assert_ends(done: subprocess.CompletedProcess[str], code: int) -> None:
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def a_config_with_a_second_product(folder: Path, hcpcs: str) -> Path:
    """A configuration whose own profiles hold another product beside the one that ships."""
    products = folder / "profiles" / "products"
    products.mkdir(parents=True)
    text = (SHIPPED / "products" / "zolgensma.toml").read_text("utf-8")
    text = text.replace('key = "zolgensma"', 'key = "another"').replace("J3399", hcpcs)
    text = text.replace('dose_vg_per_kg = { value = "1.1e14"', 'dose_vg_per_kg = { value = "2e13"')
    (products / "another.toml").write_text(text, encoding="utf-8")
    kits = (SHIPPED / "products" / "zolgensma-kits.csv").read_bytes()
    (products / "zolgensma-kits.csv").write_bytes(kits)
    config = folder / "own.toml"
    config.write_text('[profiles]\nfolder = "profiles"\n', encoding="utf-8")
    return config


def test_the_dose_is_told_with_its_kit_and_its_place_on_the_claim() -> None:
    done = j3399("dose", "--weight", "5.8")
    assert_ends(done, 0)
    words = ("6.38 x 10^14", "31.9 mL", "5.6 to 6.0 kg: 33 mL", "71894-126-04", "4 vials", "33.2 mL")
    assert all(word in done.stdout for word in words)
    assert "LIN03  71894012604" in done.stdout
    assert "CTP04  1, CTP05 UN" in done.stdout and "CTP04  33, CTP05 ML" in done.stdout
    assert "less than" not in done.stdout and done.stderr == ""
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_a_band_with_less_than_the_exact_volume_says_why() -> None:
    lines = j3399("dose", "--weight", "3.04").stdout.splitlines()
    (band,) = (number for number, line in enumerate(lines) if line.startswith("Band"))
    assert "16.5 mL" in lines[band] and "less than by the exact weight" in lines[band + 1]
    assert max(map(len, lines)) <= 80


def test_a_kit_whose_ndc_was_derived_says_so() -> None:
    derived = j3399("dose", "--weight", "10").stdout
    assert "derived" in derived and max(map(len, derived.splitlines())) <= 80
    assert "derived" not in j3399("dose", "--weight", "5.8").stdout


def test_the_dose_as_json_has_exact_numbers_as_text() -> None:
    done = j3399("dose", "--weight", "8.137", "--json")
    assert_ends(done, 0)
    assert json.loads(done.stdout) == {
        "product": "zolgensma",
        "hcpcs": "J3399",
        "weight_kg": "8.137",
        "label_weight_from_kg": "2.6",
        "label_weight_to_kg": "21.0",
        "dose": {
            "rounded_weight_kg": "8.1",
            "vector_genomes": "895070000000000",
            "volume_ml": "44.7535",
            "kit": {
                "weight_from_kg": "8.1",
                "weight_to_kg": "8.5",
                "dose_ml": "46.8",
                "vials": 6,
                "extractable_ml": "47",
                "ndc_10": "71894-131-06",
                "ndc_11": "71894013106",
                "evidence": "read",
            },
            "claim": {
                "LIN03": "71894013106",
                "quantities": [{"CTP04": "1", "CTP05": "UN"}, {"CTP04": "46.8", "CTP05": "ML"}],
            },
        },
    }


@pytest.mark.parametrize("weight", ["2.54", "21.05", "5800", "999999999999999999"])
def test_outside_the_label_the_range_and_the_next_step_are_told(weight: str) -> None:
    done = j3399("dose", "--weight", weight, "--json")
    assert_ends(done, 1)
    assert json.loads(done.stdout)["dose"] is None
    assert "2.6 to 21.0 kg" in done.stderr and "ask the prescriber" in done.stderr
    assert j3399("dose", "--weight", weight).stdout == ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "Missing option '--weight'"),
        (["--weight"], "requires an argument"),
        (["--weight", ""], "no weight"),
        (["--weight", "heavy"], "no weight"),
        (["--weight", "5,8"], "as in 5.8"),
        (["--weight", "1e1"], "no weight"),
        (["--weight", "NaN"], "no weight"),
        (["--weight", "Infinity"], "no weight"),
        (["--weight", "\u0665"], "no weight"),
        (["--weight", "9" * 30], "no weight"),
        (["--weight", "0"], "above zero"),
        (["--weight", "0.000"], "above zero"),
        (["--weight", "-5.8"], "above zero"),
        (["--weight", "5.80001"], "finer than a gram"),
        (["--weight", "5.8", "--product", "spinraza"], "known: zolgensma"),
    ],
)
def test_wrong_usage_says_what_is_wrong(arguments: list[str], words: str) -> None:
    done = j3399("dose", *arguments)
    assert_ends(done, 2)
    assert words in done.stderr and done.stdout == ""


@pytest.mark.parametrize("name", ["zolgensma", "ZOLGENSMA", "J3399", "j3399"])
def test_a_product_is_named_by_key_or_code(name: str) -> None:
    done = j3399("dose", "--weight", "5.8", "--product", name)
    assert_ends(done, 0)
    assert "71894012604" in done.stdout


def test_of_two_products_one_must_be_named(tmp_path: Path) -> None:
    config = ("--config", str(a_config_with_a_second_product(tmp_path, "J9999")))
    unnamed = j3399("dose", "--weight", "5", *config)
    assert_ends(unnamed, 2)
    assert "another, zolgensma" in unnamed.stderr
    assert "1 x 10^14" in j3399("dose", "--weight", "5", "--product", "another", *config).stdout
    assert "5.5 x 10^14" in j3399("dose", "--weight", "5", "--product", "J3399", *config).stdout


def test_a_code_of_two_products_does_not_choose(tmp_path: Path) -> None:
    config = ("--config", str(a_config_with_a_second_product(tmp_path, "J3399")))
    done = j3399("dose", "--weight", "5", "--product", "J3399", *config)
    assert_ends(done, 2)
    assert "several products" in done.stderr and "another, zolgensma" in done.stderr


def test_a_profile_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    config = a_config_with_a_second_product(tmp_path, "J9999")
    (tmp_path / "profiles" / "products" / "zolgensma-kits.csv").unlink()
    done = j3399("dose", "--weight", "5", "--config", str(config))
    assert_ends(done, 2)
    assert "kit table" in done.stderr
