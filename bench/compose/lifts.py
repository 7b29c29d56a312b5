"""Lifts of one terminal: numbered messages by TLS with its credential, and what the broker took."""

import itertools
import json
import ssl
import threading
import time
from pathlib import Path
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from bench.scenes import IDLE, STUCK
from liftwatch.clock import now_ms, rfc3339

AREA, ESTATE = "320583", "garden"
RATE = 20.0
"""Messages a second of the lifts that have nothing to tell."""
IDLERS = tuple(f"IDLE-{n:04d}" for n in range(10))
STUCK_FOR_MS = 50_000  # longer than the 45 s after which it is an entrapment
PATIENCE_S = 120.0

Identity = tuple[str, int]


class Terminal:
    """A gateway with many lifts, which keeps what is not acknowledged and sends it again."""

    def __init__(self, name: str, password: str, *, port: int, authority: Path) -> None:
        self.name = name
        self.said: set[Identity] = set()
        self.acknowledged: set[Identity] = set()
        self._numbers = itertools.count()
        self._under_way: dict[int, Identity] = {}
        self._early: set[int] = set()
        self._turn, self._quiet = threading.Lock(), threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name, clean_session=False)
        self._client.username_pw_set(name, password)
        self._client.tls_set(str(authority), tls_version=ssl.PROTOCOL_TLS_CLIENT)
        self._client.max_queued_messages_set(0)
        self._client.reconnect_delay_set(1, 2)
        self._client.on_publish = self._on_publish
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._idling = threading.Thread(target=self._idle, name="idle", daemon=True)
        self._idling.start()

    def strand(self, lift: str) -> None:
        """People are inside, the car stands between landings, for almost a minute by now."""
        at_ms = now_ms()
        self.say(lift, at_ms - STUCK_FOR_MS, STUCK)
        self.say(lift, at_ms, STUCK)

    def say(self, lift: str, at_ms: int, fields: dict[str, Any]) -> None:
        """One state of one lift."""
        with self._turn:
            number = next(self._numbers)
            self.said.add((lift, number))
        envelope = {"v": 1, "terminal": self.name, "boot": "b1", "seq": number}
        payload = envelope | {"at": rfc3339(at_ms), "exercise": True} | fields
        topic = f"lift/v1/{AREA}/{ESTATE}/{lift}/state"
        info = self._client.publish(topic, json.dumps(payload), qos=1)
        with self._turn:
            if info.mid in self._early:
                self._early.discard(info.mid)
                self.acknowledged.add((lift, number))
            else:
                self._under_way[info.mid] = (lift, number)

    def settle(self) -> None:
        """Fall silent, and wait until the broker has taken all of it; RuntimeError when not."""
        self._quiet.set()
        self._idling.join()
        end_s = time.monotonic() + PATIENCE_S
        while self.acknowledged != self.said:
            if time.monotonic() > end_s:
                left = len(self.said - self.acknowledged)
                raise RuntimeError(f"the broker has not acknowledged {left} messages")
            time.sleep(0.2)
        self._client.disconnect()
        self._client.loop_stop()

    def _idle(self) -> None:
        for lift in itertools.cycle(IDLERS):
            if self._quiet.wait(1 / RATE):
                return
            self.say(lift, now_ms(), IDLE)

    def _on_publish(self, client: Any, userdata: Any, mid: int, code: Any, properties: Any) -> None:
        del client, userdata, code, properties
        with self._turn:
            identity = self._under_way.pop(mid, None)
            if identity is None:
                self._early.add(mid)
            else:
                self.acknowledged.add(identity)


def reason_of_refusal(name: str, password: str, *, port: int, authority: Path) -> str:
    """What the broker says to a credential; empty when it lets it in."""
    told: list[str] = []
    done = threading.Event()

    def on_connect(client: Any, userdata: Any, flags: Any, reason: Any, properties: Any) -> None:
        del client, userdata, flags, properties
        told.append(str(reason) if reason.is_failure else "")
        done.set()

    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id=name)
    client.username_pw_set(name, password)
    client.tls_set(str(authority))
    client.on_connect = on_connect
    client.connect("127.0.0.1", port)
    client.loop_start()
    done.wait(PATIENCE_S)
    client.disconnect()
    client.loop_stop()
    return told[0]
