"""The broker of `deploy/mosquitto`: its very configuration, with other paths and ports put in."""

import os
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from tests.conftest import Server, binary, free_port

DEPLOYED = Path(__file__).parents[2] / "deploy" / "mosquitto"
PATIENCE_S = 60.0


class SecuredMosquitto(Server):
    """Mosquitto with TLS, passwords and rights; `port` is the terminals', `inside` ours."""

    def __init__(self, folder: Path, port: int, *, days: int = 365) -> None:
        super().__init__(folder, port)
        self.inside, self.days = free_port(), days
        self.ca = folder / "config" / "certificates" / "ca.crt"

    def command(self) -> Sequence[str]:
        """The broker with the rendered configuration."""
        return [binary("mosquitto", package="mosquitto"), "-c", str(self.folder / "conf")]

    def is_up(self) -> bool:
        """Whether both listeners take connections."""
        with socket.socket() as probe:
            probe.settimeout(1)
            return super().is_up() and probe.connect_ex(("127.0.0.1", self.inside)) == 0

    def prepare(self) -> None:
        """Make certificates, empty files of credentials, and the configuration."""
        for name in ("config", "data", "run"):
            (self.folder / name).mkdir()
        for name in ("passwords", "acl"):
            (self.folder / "config" / name).touch()
        self.make_certificates()
        text = (DEPLOYED / "mosquitto.conf").read_text()
        for wanted, port in (("listener 8883", self.port), ("listener 8884", self.inside)):
            assert text.count(f"\n{wanted}\n") == 1
            text = text.replace(f"\n{wanted}\n", f"\nlistener {port} 127.0.0.1\n")
        text = text.replace("/mosquitto/", f"{self.folder}/")
        if os.getuid() == 0:
            text += "user root\n"  # the folder of the test is root's
        (self.folder / "conf").write_text(text)

    def make_certificates(self) -> None:
        """A CA and a certificate of the broker, or only a new one of the broker."""
        script = [str(DEPLOYED / "make-certificates"), str(self.ca.parent)]
        subprocess.run(
            [*script, "localhost", "127.0.0.1"],
            env=os.environ | {"DAYS": str(self.days)},
            check=True,
        )

    def url(self, name: str, password: str) -> str:
        """Where a service connects."""
        return f"mqtts://{name}:{password}@localhost:{self.inside}"


class Client:
    """A paho client that writes down what happens to it."""

    def __init__(
        self,
        broker: SecuredMosquitto,
        name: str,
        password: str,
        *,
        protocol: MQTTProtocolVersion = MQTTProtocolVersion.MQTTv311,
        inside: bool = False,
        session: str = "",
    ) -> None:
        self.client = mqtt.Client(
            CallbackAPIVersion.VERSION2,
            client_id=session,
            protocol=protocol,
            clean_session=None if protocol == MQTTProtocolVersion.MQTTv5 else not session,
        )
        self.client.username_pw_set(name, password)
        self.client.tls_set(str(broker.ca))
        self.client.max_queued_messages_set(0)
        self.password = password
        self.port = broker.inside if inside else broker.port
        self.connects: list[str] = []
        self.losses = self.subscribed = 0
        self.got: list[tuple[str, bytes, bool]] = []
        self.acknowledged: list[str] = []
        self.client.on_connect = self._on_connect
        self.client.on_disconnect = self._on_disconnect
        self.client.on_subscribe = self._on_subscribe
        self.client.on_message = self._on_message
        self.client.on_publish = self._on_publish

    def _on_connect(self, *told: Any) -> None:
        self.connects.append(str(told[3]))

    def _on_disconnect(self, *_: Any) -> None:
        self.losses += 1

    def _on_subscribe(self, *_: Any) -> None:
        self.subscribed += 1

    def _on_publish(self, *told: Any) -> None:
        self.acknowledged.append(str(told[3]))

    def _on_message(self, _client: Any, _userdata: Any, message: mqtt.MQTTMessage) -> None:
        self.got.append((message.topic, message.payload, message.retain))

    def start(self) -> None:
        """Begin to connect."""
        self.client.connect("localhost", self.port)
        self.client.loop_start()

    def publish(self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False) -> None:
        """One publication."""
        self.client.publish(topic, payload, qos=qos, retain=retain)

    def vanish(self) -> None:
        """Lose the connection without a word, so that the broker publishes the last will."""
        self.client.loop_stop()
        sock = self.client.socket()
        assert sock is not None
        sock.shutdown(socket.SHUT_RDWR)
        sock.close()

    def stop(self) -> None:
        """Disconnect."""
        self.client.disconnect()
        self.client.loop_stop()
