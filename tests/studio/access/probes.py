"""Requests of strangers, other pages and other accounts to the studio."""

PATHS = [
    "/",
    "/runs",
    "/runs?run=one",
    "/_stcore/host-config",
    "/_stcore/metrics",
    "/_stcore/upload_file/a/b",
    "/_stcore/script-health-check",
    "/app/static/fonts/figtree-latin.woff2",
    "/media/0123456789abcdef.jpg",
    "/component/none/index.html",
    "/static/index.html",
    "/favicon.png",
    "/no-such-page",
]
HOSTS = [
    "evil.example",
    "evil.example:{port}",
    "127.0.0.1.evil.example:{port}",
    "localhost.evil.example",
    "evil.example@127.0.0.1:{port}",
    "127.0.0.1:{port}@evil.example",
    "127.0.0.1:{port}/evil",
    "127.0.0.1:port",
    "127.0.0.1:99999",
    "0.0.0.0:{port}",
    "10.0.0.1",
    "[::ffff:127.0.0.1]",
    "[::1",
    "2130706433",
    "",
]
ORIGINS = [
    "http://evil.example",
    "https://evil.example",
    "http://localhost:3000",
    "http://127.0.0.1:9999",
    "http://127.0.0.1",
    "http://localhost:{port}",
    "http://127.0.0.1:{port}.evil.example",
    "http://evil.example:{port}",
    "ftp://127.0.0.1:{port}",
    "127.0.0.1:{port}",
    "file://",
    "null",
]
CLIMBS = [
    "/app/static/../app.py",
    "/app/static/..%2fapp.py",
    "/app/static/%2e%2e/app.py",
    "/app/static/%2e%2e%2fapp.py",
    "/app/static/..%252fapp.py",
    "/app/static/..%5capp.py",
    "/app/static//etc/passwd",
    "/app/static/%2fetc%2fpasswd",
    "/app/static/fonts/../../app.py",
    "/app/static/fonts/%2e%2e/%2e%2e/app.py",
    "/media/../../etc/passwd",
    "/media/%2e%2e/%2e%2e/etc/passwd",
    "/component/../../etc/passwd",
    "/component/x/../../../etc/passwd",
    "/static/../../../etc/passwd",
    "/static/%2e%2e/%2e%2e/etc/passwd",
    "/..%2f..%2fetc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "//etc/passwd",
    "/app/static/%00app.py",
]
LONG_NAMES = [
    f"{folder}/{'a' * length}"
    for folder in ("/app/static", "/static", "/media", "/component/x")
    for length in (255, 256, 5_000)
]
UPLOAD = "/_stcore/upload_file/a/b"
UPLOAD_METHODS = ["PUT", "POST", "DELETE", "PATCH"]
ANOTHER_ACCOUNT = """
import encodings.idna, http.client, json, os, pathlib, sys
os.setgroups([]); os.setgid(65534); os.setuid(65534)
port, home = int(sys.argv[1]), sys.argv[2]
found = []
for path in ["/", "/runs", "/_stcore/metrics", "/app/static/logo.svg"]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    found.append(connection.getresponse().status)
for name in ("data", "runs"):
    try:
        os.listdir(os.path.join(home, name))
        found.append(name)
    except PermissionError:
        found.append(403)
commands = []
for process in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
    try:
        commands.append(process.read_text(errors="replace"))
    except OSError:
        pass
seen = [word in "".join(commands) for word in (sys.argv[3][::-1], "studio.server")]
print(json.dumps({"found": found, "token and server seen": seen}))
"""
