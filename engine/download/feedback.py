"""Reporting the hosts' answers to the gate, which sets pace and pauses."""

from collections.abc import Mapping, Sequence

from engine.download.gate import Gate
from engine.download.health import Advice
from engine.download.host_queue import HostQueue
from engine.download.outcome import Failed, Fetched, Outcome
from engine.download.worker import Landed
from engine.language.message import Message


def report_to_gate(
    gate: Gate, host_queues: Mapping[str, HostQueue], batch: Sequence[Landed]
) -> None:
    """Report every answer to the gate, and park the hosts that fail."""
    now = gate.now()
    for host in {landed.item.host for landed in batch}:
        health = host_queues[host].health
        answers: list[tuple[Outcome, float]] = []
        advised: list[tuple[Advice, Message | None]] = []
        for landed in batch:
            if landed.item.host != host or landed.outcome is None:
                continue
            if isinstance(landed.outcome, Fetched):
                health.note_seconds(now - landed.sent)
            heard, advice = health.hear(landed.item, landed.outcome, landed.sent, now)
            answers.append((heard, landed.sent))
            advised.append((advice, heard.reason if isinstance(heard, Failed) else None))
        gate.note_answers(host, answers)
        for advice, reason in advised:
            _follow(gate, host, advice, reason)


def _follow(gate: Gate, host: str, advice: Advice, reason: Message | None) -> None:
    match advice:
        case "park":
            gate.park(host, reason)
        case "restore pace":
            gate.restore_pace(host)
        case "keep pace":
            gate.keep_pace(host)
