"""A small OpenID Connect provider on 127.0.0.1 that signs everybody in as Ada."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit


class Provider:
    """Runs in a separate thread; `address` is the location of its configuration."""

    def __init__(self) -> None:
        from joserfc import jwk, jwt

        key = jwk.RSAKey.generate_key(2048, parameters={"kid": "one", "alg": "RS256"})
        nonces: dict[str, str] = {}

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
                if parts.path == "/authorize":
                    nonces["code"] = asked.get("nonce", "")
                    query = urlencode({"code": "code", "state": asked["state"]})
                    self.send_response(302)
                    self.send_header("Location", f"{asked['redirect_uri']}?{query}")
                    self.end_headers()
                elif parts.path == "/keys":
                    self._write({"keys": [key.as_dict(private=False)]})
                else:
                    self._write(configuration)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                now = int(time.time())
                claims = {
                    "iss": address,
                    "sub": "ada",
                    "aud": "studio",
                    "iat": now,
                    "exp": now + 600,
                    "nonce": nonces["code"],
                    "name": "Ada",
                    "email": "ada@example.org",
                }
                token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, key)
                self._write({"access_token": "a", "token_type": "Bearer", "id_token": token})

            def _write(self, value: dict[str, Any]) -> None:
                body = json.dumps(value).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Suppress the log."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        # Another host than the studio's, so that the redirect back comes from another site.
        address = f"http://localhost:{self._server.server_port}"
        configuration = {
            "issuer": address,
            "authorization_endpoint": f"{address}/authorize",
            "token_endpoint": f"{address}/token",
            "jwks_uri": f"{address}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        self.address = f"{address}/.well-known/openid-configuration"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """Stop the provider."""
        self._server.shutdown()
        self._server.server_close()
