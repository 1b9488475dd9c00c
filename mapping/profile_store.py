"""Loading profiles: TOML files under `products`, `payers`, `partners` and `sites`.

The user's own folder wins over the one that ships. A fact about a product or a payer
carries its source and its date. A wrong profile is refused when it is loaded, with file
and line.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from mapping.profile_models import (
    Kit,
    PartnerProfile,
    PayerProfile,
    ProductProfile,
    ProfileRecord,
    SiteProfile,
)

SHIPPED = Path(__file__).parent / "profiles"


class ProfileError(Exception):
    """A profile cannot be used. The message names the file, the line and what is wrong."""


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a fact comes from and when it was looked at."""

    source: str
    date: dt.date


P = TypeVar("P", bound=ProfileRecord)


class ProfileStore:
    """All profiles of the given folders; the first folder that has a profile wins."""

    def __init__(self, own: Path | None = None) -> None:
        self._folders = ([own] if own else []) + [SHIPPED]
        self._loaded: dict[tuple[str, str], Any] = {}
        self._by_default: dict[str, PayerProfile] = {}
        self._payer_keys: dict[str, str] | None = None

    def product(self, key: str) -> ProductProfile:
        return self._get("products", key, self._load_product)

    def payer(self, key: str) -> PayerProfile:
        """The payer's profile, or the default's facts under this key where it has none."""
        known: PayerProfile | None = self._loaded.get(("payers", key)) or self._by_default.get(key)
        if known is None and self._find("payers", key) is None:
            known = self.payer("default").model_copy(update={"key": key, "extends": "default"})
            self._by_default[key] = known
        return known or self._get("payers", key, self._load_payer)

    def known_payer(self, key: str) -> PayerProfile:
        """The payer's own profile; ProfileError where it has none, for a claim must name its payer."""
        return self._get("payers", key, self._load_payer)

    def billed_payer(self, key: str) -> PayerProfile:
        """A payer that a claim can be sent to; ProfileError where it has no profile, or that no payer id."""
        profile = self.known_payer(key)
        if not profile.can_be_billed:
            raise ProfileError(
                f"the profile {key!r} has no payer id; make one of your own that extends it and gives it"
            )
        return profile

    def payer_by_id(self, payer_id: str) -> PayerProfile:
        """The profile of the payer that NM1*PR names, or the default."""
        if self._payer_keys is None:
            profiles = [self.payer(key) for key in reversed(self.keys("payers"))]
            self._payer_keys = {one.payer_id: one.key for one in profiles if one.can_be_billed}
        return self.payer(self._payer_keys.get(payer_id, "default"))

    def partner(self, key: str) -> PartnerProfile:
        return self._get("partners", key, lambda path: _build(PartnerProfile, path, _read(path)))

    def site(self, key: str) -> SiteProfile:
        return self._get("sites", key, lambda path: _build(SiteProfile, path, _read(path)))

    def products(self) -> list[ProductProfile]:
        return [self.product(key) for key in self.keys("products")]

    def partners(self) -> list[PartnerProfile]:
        return [self.partner(key) for key in self.keys("partners")]

    def sites(self) -> list[SiteProfile]:
        return [self.site(key) for key in self.keys("sites")]

    def keys(self, kind: str) -> list[str]:
        """The keys of all profiles of a kind, sorted."""
        names = {path.stem for folder in self._folders for path in (folder / kind).glob("*.toml")}
        return sorted(names)

    def sources(self, kind: str, key: str) -> dict[str, Provenance]:
        """The source and date of every fact that a profile states itself; empty where there is no profile."""
        path = self._find(kind, key)
        return provenance(path) if path is not None else {}

    def check(self, rules: Collection[str]) -> None:
        """Load every profile, so that a wrong one is refused at start.

        `rules` are the ids that there are: a payer's profile that names another is wrong.
        """
        for key in self.keys("products"):
            self.product(key)
        for key in self.keys("payers"):
            self.payer(key)
            self._refuse_unknown_rules(key, rules)
        for key in self.keys("partners"):
            self.partner(key)
        for key in self.keys("sites"):
            self.site(key)

    def _refuse_unknown_rules(self, key: str, rules: Collection[str]) -> None:
        """ProfileError where a payer's own file changes or waives a rule that there is not."""
        path = self._find("payers", key)
        if path is None:
            return
        content = _read(path)
        stated = content | _values(content.get("facts", {}), path)
        for name in ("rules", "waivable"):
            for rule in stated.get(name, ()):
                if rule not in rules:
                    line = _line_of_fault(path, [name, rule])
                    raise ProfileError(f"{path}, line {line}: {name}: there is no rule {rule!r}")

    def _find(self, kind: str, key: str) -> Path | None:
        if not key.replace("-", "").replace("_", "").replace(".", "").isalnum():
            return None
        paths = (folder / kind / f"{key}.toml" for folder in self._folders)
        return next((path for path in paths if path.is_file()), None)

    def _get(self, kind: str, key: str, load: Callable[[Path], P]) -> P:
        if (kind, key) not in self._loaded:
            path = self._find(kind, key)
            if path is None:
                known = ", ".join(self.keys(kind)) or "none"
                raise ProfileError(f"there is no profile {key!r} under {kind} (known: {known})")
            self._loaded[kind, key] = load(path)
        loaded: P = self._loaded[kind, key]
        return loaded

    def _load_product(self, path: Path) -> ProductProfile:
        content = _read(path)
        content |= _values(content.pop("facts", {}), path)
        content["gate"] = _values(content.get("gate", {}), path)
        kits = path.parent / str(content.get("kits", ""))
        try:
            with kits.open(encoding="utf-8", newline="") as rows:
                content["kits"] = [_kit(row) for row in csv.DictReader(rows)]
        except (OSError, KeyError) as error:
            raise ProfileError(
                f"{path}: kit table {kits.name} cannot be read ({type(error).__name__})"
            ) from None
        return _build(ProductProfile, path, content)

    def _load_payer(self, path: Path) -> PayerProfile:
        return _build(PayerProfile, path, self._payer_content(path, ()))

    def _payer_content(self, path: Path, seen: tuple[str, ...]) -> dict[str, Any]:
        content = _read(path)
        content |= _values(content.pop("facts", {}), path)
        parent = content.get("extends", "")
        if not parent:
            return content
        parent_path = self._find("payers", parent)
        if parent_path is None or parent in seen:
            raise ProfileError(f"{path}, line {_line_of(path, 'extends')}: no profile {parent!r} to extend")
        return self._payer_content(parent_path, (*seen, parent)) | content


def _kit(row: Mapping[str, str]) -> dict[str, str]:
    fields = Kit.model_fields.items()
    return {name: row[name] for name, field in fields if field.is_required() or name in row}


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(_parsed(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise ProfileError(f"{path}: cannot be read ({type(error).__name__})") from None
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{path}: {error}") from None


@functools.lru_cache(maxsize=256)
def _parsed(text: str) -> Mapping[str, Any]:
    """What a text of TOML says. All profiles are read for each job, and a parent for each that extends it."""
    return tomllib.loads(text)


def _values(facts: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """The plain values of a table of facts; each must have a source and a date."""
    for name, fact in facts.items():
        complete = isinstance(fact, dict) and fact.keys() == {"value", "source", "date"}
        if not complete or not fact["source"] or not isinstance(fact["date"], dt.date):
            line = _line_of(path, name)
            raise ProfileError(f"{path}, line {line}: {name} needs a value, a source and a date")
    return {name: fact["value"] for name, fact in facts.items()}


def provenance(path: Path) -> dict[str, Provenance]:
    """The source and date of every fact in a profile file."""
    content = _read(path)
    facts: dict[str, Any] = {**content.get("facts", {}), **content.get("gate", {})}
    return {name: Provenance(fact["source"], fact["date"]) for name, fact in facts.items()}


def _build(model: type[P], path: Path, content: Mapping[str, Any]) -> P:
    try:
        profile = model.model_validate(content)
    except ValidationError as error:
        raise ProfileError("; ".join(_fault_words(error, path))) from None
    if getattr(profile, "key", path.stem) != path.stem:
        raise ProfileError(
            f"{path}, line {_line_of(path, 'key')}: key must be {path.stem!r}, as the file is named"
        )
    return profile


def _fault_words(error: ValidationError, path: Path) -> Iterable[str]:
    for fault in error.errors(include_url=False):
        names = [str(part) for part in fault["loc"]]
        line = _line_of_fault(path, names)
        yield f"{path}, line {line}: {'.'.join(names)}: {fault['msg'].removeprefix('Value error, ')}"


def _line_of_fault(path: Path, names: list[str]) -> int:
    """The line of the innermost name that stands in the file; 1 where none does."""
    # below [rules] every rule has the same names
    within = names[:2] if names[:1] == ["rules"] else names
    candidates = [*reversed(within), ".".join(within)]
    return next((line for name in candidates if (line := _line_of(path, name)) > 1), 1)


def _line_of(path: Path, name: str) -> int:
    """The line on which a name is set, 1 where it is not."""
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if text.split("=")[0].strip().strip("[]\"'") == name:
            return number
    return 1
