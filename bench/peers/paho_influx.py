"""paho-mqtt and influxdb-client, as their own guides put them together.

`python -m bench.peers.paho_influx PORT URL DATABASE batching|synchronous`: a persistent session,
each message decoded and written as a Point; paho acknowledges when the callback returns.
"""

import json
import sys
import threading
from typing import Any

import paho.mqtt.client as mqtt
from influxdb_client import InfluxDBClient, Point, WritePrecision
from influxdb_client.client.write_api import SYNCHRONOUS, WriteOptions
from influxdb_client.rest import ApiException
from paho.mqtt.enums import CallbackAPIVersion
from urllib3.exceptions import HTTPError

V2_PATH, V1_PATH = "/api/v2/write", "/write"


def speak_v1(client: InfluxDBClient, database: str) -> None:
    """Let it write to InfluxDB 1.6, which has the same line protocol under another path."""
    call = client.api_client.call_api

    def call_v1(path: str, method: str, *rest: Any, **named: Any) -> Any:
        if path != V2_PATH:
            return call(path, method, *rest, **named)
        path_parameters, query, *others = rest
        kept = [(name, value) for name, value in query if name == "precision"]
        return call(V1_PATH, method, path_parameters, [("db", database), *kept], *others, **named)

    client.api_client.call_api = call_v1


def point_of(topic: str, said: dict[str, Any]) -> Point:
    """One message as a point."""
    _, _, area, estate, lift, kind = topic.split("/")
    point = Point(f"lift_{kind}").tag("area", area).tag("estate", estate).tag("lift", lift)
    for name, value in said.items():
        if name not in ("at", "v"):
            point.field(name, value)
    return point.time(said["at"], WritePrecision.NS)


def main(port: str, url: str, *, database: str, how: str) -> None:
    """Until killed."""
    influx = InfluxDBClient(url=url, token="-", org="-")
    speak_v1(influx, database)
    options = SYNCHRONOUS if how == "synchronous" else WriteOptions()
    write_api = influx.write_api(write_options=options)

    def on_message(client: mqtt.Client, userdata: object, message: mqtt.MQTTMessage) -> None:
        del client, userdata
        point = point_of(message.topic, json.loads(message.payload))
        try:
            write_api.write(bucket=database, record=point, write_precision=WritePrecision.NS)
        except (ApiException, HTTPError) as error:
            print(error, flush=True)

    client = mqtt.Client(CallbackAPIVersion.VERSION2, f"peer-{how}", clean_session=False)
    client.on_message = on_message
    client.connect("127.0.0.1", int(port))
    client.subscribe("lift/v1/#", qos=1)
    client.loop_start()
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], database=sys.argv[3], how=sys.argv[4])
