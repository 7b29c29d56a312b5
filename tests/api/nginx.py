"""nginx with the very configuration of `deploy/nginx`, with other paths and ports put in."""

from collections.abc import Sequence
from pathlib import Path

from api.certificates import Files
from tests.conftest import Server, binary, free_port

DEPLOYED = Path(__file__).parents[2] / "deploy" / "nginx" / "liftwatch.conf"
AROUND = """
daemon off;
pid {folder}/pid;
error_log {folder}/errors;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u;
    scgi_temp_path {folder}/s;
    {inner}
}}
"""


class Nginx(Server):
    """In front of a port of ours; `port` is the encrypted one, `plain` the other."""

    def __init__(self, folder: Path, *, behind: int, files: Files) -> None:
        super().__init__(folder, free_port())
        self.behind, self.files, self.plain = behind, files, free_port()

    def command(self) -> Sequence[str]:
        """The server with the rendered configuration."""
        conf = str(self.folder / "conf")
        return [binary("nginx", package="nginx-light"), "-c", conf, "-p", str(self.folder)]

    def prepare(self, **changed: str) -> None:
        """Write the configuration; `changed` exchanges single words of it for a test."""
        text = DEPLOYED.read_text()
        for old, new in (
            ("127.0.0.1:8080;\n    keepalive", f"127.0.0.1:{self.behind};\n    keepalive"),
            ("listen 443 ssl http2;", f"listen 127.0.0.1:{self.port} ssl http2;"),
            ("listen 443 ssl default", f"listen 127.0.0.1:{self.port} ssl default"),
            ("listen 80;", f"listen 127.0.0.1:{self.plain};"),
            ("/etc/liftwatch/chain.crt", str(self.files.chain)),
            ("/etc/liftwatch/own.key", str(self.files.key)),
            *changed.items(),
        ):
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        (self.folder / "conf").write_text(AROUND.format(folder=self.folder, inner=text))
