"""The queue file: order, holds, dependencies, copies, damage."""

import threading
from dataclasses import replace

import pytest

from engine.errors import BadInput
from engine.home import Home
from engine.jobs.queue import Ticket, change_ticket, edit_queue, move_ticket, new_ticket, read_queue
from engine.jobs.work import free_gpus


def queue_up(home: Home, *names: str) -> None:
    with edit_queue(home) as tickets:
        tickets.extend(new_ticket(home, name, "light") for name in names)


def names(home: Home) -> list[str]:
    return [ticket.name for ticket in read_queue(home)]


def test_waiting_tickets_can_be_reordered(home: Home) -> None:
    queue_up(home, "job:a", "job:b", "job:c")
    move_ticket(home, "job:c", 0)
    move_ticket(home, "job:a", 99)
    assert names(home) == ["job:c", "job:b", "job:a"]
    with pytest.raises(BadInput, match="is no longer in the queue"):
        move_ticket(home, "job:d", 0)


def test_no_ticket_waits_for_itself(home: Home) -> None:
    queue_up(home, "job:a", "job:b", "job:c")
    change_ticket(home, "job:b", after="job:a")
    change_ticket(home, "job:c", after="job:b")
    with pytest.raises(BadInput, match="would wait for itself"):
        change_ticket(home, "job:a", after="job:c")
    assert read_queue(home)[0].after == ""


def test_a_ticket_of_another_home_is_adopted_when_it_is_released(home: Home) -> None:
    queue_up(home, "job:a")
    mine = read_queue(home)[0].where
    with edit_queue(home) as tickets:
        tickets[0] = replace(tickets[0], where="greenhouse:/home")
    change_ticket(home, "job:a", held=False)
    assert read_queue(home)[0].where == mine


def test_concurrent_changes_of_the_queue_lose_nothing(home: Home) -> None:
    threads = [threading.Thread(target=queue_up, args=(home, f"job:{n}")) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(names(home)) == sorted(f"job:{n}" for n in range(20))


def test_a_damaged_queue_is_moved_aside_and_a_new_one_starts(home: Home) -> None:
    queue_up(home, "job:a")
    file = home.queue / "queue.json"
    file.write_text(file.read_text()[:30])
    assert names(home) == []
    queue_up(home, "job:b")
    assert names(home) == ["job:b"]
    assert file.with_suffix(".damaged").exists()


def test_fields_of_a_newer_version_are_ignored(home: Home) -> None:
    queue_up(home, "job:a")
    file = home.queue / "queue.json"
    file.write_text(file.read_text().replace('"held"', '"mood": 1, "held"'))
    assert read_queue(home) == (Ticket(**vars(read_queue(home)[0])),)


def test_a_run_of_several_processes_gets_as_many_gpus_or_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "0,1,2")
    assert free_gpus([], 2, limit=1) == "0,1"
    assert free_gpus(["0"], 2, limit=1) == "1,2"
    assert free_gpus(["0", "1"], 2, limit=1) is None
    assert free_gpus(["0", "1"], 2, limit=None) == "2,0", "at once, beside what runs"
    assert free_gpus([], 4, limit=1) == "0,1,2", "the run itself says that it lacks one"
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    assert free_gpus([], 2, limit=1) == ""


def test_a_ticket_of_version_0_1_is_read_with_its_lane_as_resource(home: Home) -> None:
    queue_up(home, "job:a")
    file = home.queue / "queue.json"
    file.write_text(file.read_text().replace('"resource": "light"', '"lane": "light"'))
    assert [(ticket.name, ticket.resource) for ticket in read_queue(home)] == [("job:a", "light")]
