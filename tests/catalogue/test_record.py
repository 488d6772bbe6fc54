"""Permanent identities of photographs."""

from engine.catalogue.record import image_id_of


def test_an_identity_depends_on_every_part_and_on_their_boundaries() -> None:
    assert image_id_of("a", "b") == image_id_of("a", "b")
    assert len({image_id_of("a", "b"), image_id_of("ab", ""), image_id_of("a", "c")}) == 3
    assert len(image_id_of("a")) == 20


def test_a_file_name_that_is_not_text_has_an_identity() -> None:
    assert image_id_of("b\udcff.jpg") != image_id_of("b\udcfe.jpg")
