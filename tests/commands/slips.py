"""Typical mistakes on the command line; SECRET must never be shown."""

SECRET = "hunter2"
SLIPS = [
    ["import", "folder", "~nosuchuser/x"],
    ["import", "table", "~nosuchuser/x.csv"],
    ["import", "table", "/" + "x" * 5_000],
    ["import", "folder", "/" + "x" * 5_000],
    ["crop", "compare", "/" + "x" * 5_000, "--samples", "2", "--out", "o.png"],
    ["counts", "--home", "~nosuchuser/x"],
    ["export", "--output-dir", "x", "--where", "source=a\x07"],
    *(
        ["import", "mongo", address, "--database=d", "--collection=c"]
        for address in (
            f"mongodb://u:{SECRET}@h:99999",
            "mongodb://[::1",
            f"mongodb://u:{SECRET}:x@h",
            f"mongodb://u:{SECRET}",
            f"mongodb://u:{SECRET}@h/?tls=true&tlsCAFile={__file__}",
            "file:~nosuchuser/x",
            "file:/dev/zero",
        )
    ),
    ["import", "mongo", "mongodb://127.0.0.1:1", "--database=a.b", "--collection=c"],
]
