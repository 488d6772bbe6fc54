from studio.views.component_key import component_key


def test_a_key_contains_nothing_that_components_reject() -> None:
    for name in ("a__b", "__", "é\n", "a" * 300, "a.b"):
        key = component_key("runs.charts", name)
        assert key.startswith("runs.charts.")
        assert "__" not in key
        assert key.isascii()


def test_keys_of_different_names_differ() -> None:
    names = ["a__b", "a_b", "a.b", "ab", ""]
    assert len({component_key("runs", name) for name in names}) == len(names)
