from engine.home import Home
from engine.runs.notes import Notes, matches_search, read_notes, tags_of, write_notes
from engine.runs.run import find_run

from .written_run import written_run


def test_the_notes_of_a_run_are_stored_in_its_folder(home: Home) -> None:
    folder = written_run(home, "one")
    assert read_notes(folder) == Notes()
    said = Notes("Crop by hand — better.", ("crop", "Überprüft"), True)
    write_notes(folder, said)
    assert read_notes(folder) == said


def test_damaged_notes_count_as_no_notes(home: Home) -> None:
    folder = written_run(home, "one")
    for words in ("", '{"note": "half', "[]", '{"note": 1}'):
        (folder.root / "notes.json").write_text(words)
        assert read_notes(folder) == Notes()


def test_tags_are_separated_by_commas_and_each_is_kept_once() -> None:
    assert tags_of(" crop, baseline ,, crop,") == ("crop", "baseline")
    assert tags_of("") == ()


def test_a_search_matches_all_words_in_any_case(home: Home) -> None:
    written_run(home, "oak-1", state="failed", reason="The disk is full.")
    run, notes = find_run(home, "oak-1"), Notes("second try", ("Baseline",))
    assert matches_search(run, notes, "")
    assert matches_search(run, notes, "OAK disk baseline try failed")
    assert not matches_search(run, notes, "oak birch")
