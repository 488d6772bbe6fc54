"""Members that an archive of a run must not contain."""

TOO_LARGE = [
    ("config.yaml", 300_000_000, "larger than 1.0 MB"),
    ("status.json", 2_000_000, "larger than 1.0 MB"),
    ("log.txt", 65_000_000, "larger than 64.0 MB"),
    ("metrics.jsonl", 201_000_000, "larger than 200 MB"),
    ("evaluation/test.json", 17_000_000, "larger than 16.0 MB"),
]
"""A member, its size in bytes, and a part of the error message."""
DAMAGED = [
    ("status.json", b'{"run_id": null}', "status.json is damaged: run_id is None"),
    ("status.json", b'{"run_id": "a\\u0000b"}', "status.json is damaged: run_id is"),
    ("status.json", b'{"run_id": "\\ud83c"}', "half a surrogate pair"),
    ("status.json", b'{"run_id": "my run"}', "'my run' cannot be the name of a run"),
    ("status.json", b'{"run_id": "a", "state": ["x"]}', "state is ['x']"),
    ("config.yaml", b"training: {epochs: " + b"9" * 5_000 + b"}", "config.yaml is not valid"),
    ("config.yaml", b"[" * 100_000, "nests or repeats too much"),
    ("notes.json", b'{"tags": 5}', "notes.json is damaged: tags is 5"),
    ("diagnosis.json", b'{"epoch": null}', "diagnosis.json is damaged: epoch is None"),
    ("evaluation/test.json", b'{"top1": "x"}', "top1 is 'x'"),
    ("parts.json", b"[1]", "parts.json is damaged"),
    ("unreadable.json", b"5", "unreadable.json is damaged"),
    ("evaluation/val-00000001.npz", b"x", "val-00000001.npz is damaged"),
]
"""A member, its bytes, and a part of the error message."""
STRAYING = ("../evil", "/evil", "evaluation/../../evil", "evaluation/..", "lock", "stop")
"""Names that lead out of the run, or do not belong in an archive."""
