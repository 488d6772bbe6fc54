"""What licences allow."""

import itertools

import pytest

from engine.catalogue.licences import Tier, strictest, strictness, tier_of


@pytest.mark.parametrize(
    ("licence", "tier"),
    [
        ("CC0", "production"),
        ("cc0-1.0", "production"),
        ("CC0 1.0 Universal", "production"),
        ("http://creativecommons.org/publicdomain/zero/1.0/", "production"),
        ("pd", "production"),
        ("Public Domain Mark", "production"),
        ("own", "production"),
        ("cc-by", "production"),
        ("CC BY 4.0", "production"),
        ("CC_BY_4_0", "production"),
        ("Attribution", "production"),
        ("https://creativecommons.org/licenses/by/4.0/legalcode", "production"),
        ("cc-by-sa", "production"),
        ("Creative Commons Attribution-ShareAlike 3.0", "production"),
        ("https://creativecommons.org/licenses/by-sa/2.0/", "production"),
        ("cc-by-nc", "research"),
        ("CC BY-NC-SA 4.0", "research"),
        ("CC_BY_NC_ND_4_0", "research"),
        ("Attribution-NonCommercial-NoDerivs 2.0", "research"),
        ("Attribution-Non-Commercial 3.0", "research"),
        ("http://creativecommons.org/licenses/by-nd/4.0/", "research"),
        ("© Ana Pérez, some rights reserved (CC BY-NC)", "research"),
        ("© Ana Pérez, all rights reserved", "unknown"),
        ("C", "unknown"),
        ("", "unknown"),
        ("ask the author", "unknown"),
        ("unspecified", "unknown"),
    ],
)
def test_a_licence_has_a_tier(licence: str, tier: Tier) -> None:
    assert tier_of(licence) == tier


def test_each_condition_makes_a_licence_stricter() -> None:
    rising = ["CC0", "CC BY", "CC BY-SA", "CC BY-NC", "CC BY-NC-SA", "CC BY-ND", "CC BY-NC-ND"]
    rising += ["ask the author", "all rights reserved"]
    for weak, strong in itertools.pairwise(rising):
        assert strictness(weak) < strictness(strong), (weak, strong)


def test_the_strictest_stated_licence_holds() -> None:
    assert strictest(["CC BY", "", "CC BY-NC", "CC0"]) == "CC BY-NC"
    assert strictest(["", ""]) == ""
    assert strictest(["cc-by", "CC BY 4.0"]) == "cc-by"
