"""Node-RED with its InfluxDB node: MQTT in, a function, a join, InfluxDB batch.

Installed by npm into a folder of its own, once, where npm can be had.
"""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

VERSIONS = ("node-red@4.1.15", "node-red-contrib-influxdb@0.7.0")
FOLDER = Path(__file__).parents[2] / "build" / "node-red"
INSTALL_S = 300
BATCH, BATCH_S = 1_000, 1
CLIENT_ID = "peer-node-red"
POINT = """
const part = msg.topic.split("/"), said = msg.payload, fields = {};
for (const name in said) if (name !== "at" && name !== "v") fields[name] = said[name];
const tags = {area: part[2], estate: part[3], lift: part[4]};
msg.payload = {measurement: "lift_" + part[5], tags, fields, timestamp: new Date(said.at)};
return msg;
"""


def install() -> str | None:
    """Have it in its folder; why it cannot be had."""
    if shutil.which("npm") is None or shutil.which("node") is None:
        return "npm is not installed"
    if (FOLDER / "node_modules" / "node-red" / "red.js").exists():
        return None
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "package.json").write_text('{"name": "bench", "private": true}')
    command = ["npm", "install", "--no-fund", "--no-audit", "--omit=dev", *VERSIONS]
    try:
        subprocess.run(command, cwd=FOLDER, check=True, capture_output=True, timeout=INSTALL_S)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        shutil.rmtree(FOLDER)
        return f"npm: {str(error)[-100:]}"
    return None


def command(folder: Path, *, port: int, influx_port: int, database: str) -> list[str]:
    """How it is started; its flow is written into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "flows.json").write_text(json.dumps(flow(port, influx_port, database)))
    (folder / "settings.js").write_text(
        "module.exports = {uiHost: '127.0.0.1', uiPort: 0, httpAdminRoot: false,"
        " httpNodeRoot: false, flowFile: 'flows.json', telemetry: {enabled: false}};"
    )
    red = FOLDER / "node_modules" / "node-red" / "red.js"
    return ["node", str(red), "-u", str(folder), "-s", str(folder / "settings.js")]


def flow(port: int, influx_port: int, database: str) -> list[dict[str, Any]]:
    """Nodes and wires, as the editor would save them."""
    broker = {
        "id": "broker",
        "type": "mqtt-broker",
        "broker": "127.0.0.1",
        "port": str(port),
        "clientid": CLIENT_ID,
        "autoConnect": True,
        "usetls": False,
        "protocolVersion": "4",
        "keepalive": "60",
        "cleansession": False,
    }
    influx = {
        "id": "influx",
        "type": "influxdb",
        "hostname": "127.0.0.1",
        "port": str(influx_port),
        "protocol": "http",
        "database": database,
        "influxdbVersion": "1.x",
        "usetls": False,
    }
    heard = {
        "type": "mqtt in",
        "topic": "lift/v1/#",
        "qos": "1",
        "datatype": "json",
        "broker": "broker",
        "inputs": 0,
    }
    joined = {
        "type": "join",
        "mode": "custom",
        "build": "array",
        "property": "payload",
        "propertyType": "msg",
        "count": str(BATCH),
        "timeout": str(BATCH_S),
        "accumulate": False,
    }
    stored = {"type": "influxdb batch", "influxdb": "influx", "precision": "ms"}
    point = {"type": "function", "func": POINT, "outputs": 1}
    steps = {"heard": heard, "point": point, "joined": joined, "stored": stored}
    names = list(steps)
    wired = [
        {"id": name, "z": "tab", "x": 0, "y": 0, "wires": [following], **steps[name]}
        for name, following in zip(names, [[n] for n in names[1:]] + [[]], strict=True)
    ]
    return [{"id": "tab", "type": "tab", "label": "bench"}, broker, influx, *wired]
