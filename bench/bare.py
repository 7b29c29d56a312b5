"""A bare paho subscriber: receive a backlog, acknowledge each message, do nothing else.

`python -m bench.bare PORT COUNT` prints seconds from the first message to the last, and the
seconds of CPU between them.
"""

import sys
import threading
import time

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

CLIENT_ID = "bench-bare"


def subscribe(port: int) -> None:
    """Leave a session behind that the broker queues for."""
    done = threading.Event()
    client = mqtt.Client(CallbackAPIVersion.VERSION2, CLIENT_ID, clean_session=False)
    client.on_subscribe = lambda *_: done.set()
    client.connect("127.0.0.1", port)
    client.subscribe("lift/v1/#", qos=1)
    client.loop_start()
    done.wait(10)
    client.disconnect()
    client.loop_stop()


def end_session(port: int, client_id: str = CLIENT_ID) -> None:
    """So that nothing more is queued for it."""
    client = mqtt.Client(CallbackAPIVersion.VERSION2, client_id, clean_session=True)
    client.connect("127.0.0.1", port)
    client.loop_start()
    time.sleep(0.5)
    client.disconnect()
    client.loop_stop()


def drain(port: int, count: int) -> tuple[float, float]:
    """Receive `count` messages; seconds and CPU seconds from first to last."""
    done = threading.Event()
    marks: list[tuple[float, float]] = []
    received = 0

    def on_message(client: mqtt.Client, userdata: object, message: mqtt.MQTTMessage) -> None:
        nonlocal received
        del userdata
        received += 1
        client.ack(message.mid, message.qos)
        if received in (1, count):
            marks.append((time.monotonic(), time.process_time()))
        if received == count:
            done.set()

    client = mqtt.Client(
        CallbackAPIVersion.VERSION2, CLIENT_ID, clean_session=False, manual_ack=True
    )
    client.on_message = on_message
    client.connect("127.0.0.1", port)
    client.loop_start()
    if not done.wait(300):
        raise SystemExit(f"only {received} of {count} came")
    client.disconnect()
    client.loop_stop()
    (t0, cpu0), (t1, cpu1) = marks[0], marks[-1]
    return t1 - t0, cpu1 - cpu0


if __name__ == "__main__":
    seconds, cpu = drain(int(sys.argv[1]), int(sys.argv[2]))
    print(seconds, cpu)
