"""`docs/asyncapi.json`: the MQTT side as AsyncAPI 3, made of the message types; `make asyncapi`.

Payloads are the JSON Schemas beside it (`docs/schema`, made of the same types), examples are those
of the contract. Written by this file, it is then held against AsyncAPI's own parser: npm brings it,
in the versions named here, into a folder beside the environment, once.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from liftwatch.telemetry.messages import KINDS, RETAINED, VERSION
from liftwatch.telemetry.schema import NAMES, schema_of
from liftwatch.telemetry.topics import BATCH, ROOT

TREE = Path(__file__).parents[1]
FILE = TREE / "docs" / "asyncapi.json"
EXAMPLES = TREE / "tests" / "cases" / "contract" / "examples.jsonl"
FOLDER = TREE / ".venv" / "asyncapi"
PACKAGES = {"@asyncapi/parser": "3.6.6"}
ABOUT = """\
What terminals in lifts publish. The service listens and publishes nothing: no message to a lift \
exists. Each channel takes one message or an array of them, MQTT 3.1.1 or 5, UTF-8 JSON. Identity \
of a message is (terminal, boot, seq); what is not acknowledged is published again, and counts \
once."""
PARAMETERS = {
    "area": ("Six digits, GB/T 2260.", "320583"),
    "estate": ("The estate: [a-z0-9-]{1,32}.", "garden"),
    "lift": ("The lift, normally its 20-character equipment code.", "31103205832018080001"),
    "gateway": ("A gateway that speaks for several lifts.", "GW-0001"),
}
CHECK = """\
import { readFileSync } from "node:fs";
import parser from "@asyncapi/parser";
const file = process.argv[2];
const text = readFileSync(file, "utf-8");
const { document, diagnostics } = await new parser.Parser().parse(text, { source: file });
const bad = diagnostics.filter((one) => one.severity <= 1);
for (const one of bad) console.error(`${one.path.join("/")}: ${one.message}`);
if (!document || bad.length) process.exit(1);
const messages = document.messages().all();
if (messages.some((one) => !one.payload())) throw new Error("a message without a payload");
console.log(`${document.channels().all().length} channels, ${messages.length} messages`);
"""


def document() -> dict[str, Any]:
    """All of it."""
    payloads = dict(map(example, EXAMPLES.read_text(encoding="utf-8").splitlines()))
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Liftwatch: what lifts say",
            "version": f"{VERSION}.0.0",
            "description": ABOUT,
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": servers(),
        "channels": {name: channel(name) for name in NAMES},
        "operations": {f"receive_{name}": operation(name) for name in NAMES},
        "components": {
            "messages": {name: message(name, payloads[name]) for name in NAMES},
            "securitySchemes": {
                "credential": {
                    "type": "userPassword",
                    "description": "A credential a terminal; its user name is its client id.",
                }
            },
        },
    }


def example(line: str) -> tuple[str, Any]:
    """Kind and payload of a line of the contract's examples."""
    told = json.loads(line)
    return told["topic"].rpartition("/")[2], told["payload"]


def servers() -> dict[str, Any]:
    """The broker, as `deploy/mosquitto` has it."""
    return {
        "terminals": {
            "host": "{host}:8883",
            "protocol": "secure-mqtt",
            "protocolVersion": "3.1.1",
            "description": "Each terminal by TLS with its own credential.",
            "variables": {"host": {"default": "broker.example", "description": "Your broker."}},
            "security": [{"$ref": "#/components/securitySchemes/credential"}],
        }
    }


def channel(name: str) -> dict[str, Any]:
    """The topic of a kind."""
    who = "gateway" if name == BATCH else "lift"
    return {
        "address": f"{ROOT}/{{area}}/{{estate}}/{{{who}}}/{name}",
        "description": about(name),
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "parameters": {
            part: {"description": PARAMETERS[part][0], "examples": [PARAMETERS[part][1]]}
            for part in ("area", "estate", who)
        },
    }


def operation(name: str) -> dict[str, Any]:
    """That we receive it, with QoS 1; whether it is retained."""
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{name}"},
        "summary": f"Listen to {name}.",
        "bindings": {"mqtt": {"qos": 1, "retain": name in RETAINED, "bindingVersion": "0.2.0"}},
        "messages": [{"$ref": f"#/channels/{name}/messages/{name}"}],
    }


def message(name: str, payload: Any) -> dict[str, Any]:
    """One kind of message: its schema, and an example of the contract."""
    return {
        "name": name,
        "title": name,
        "summary": about(name),
        "contentType": "application/json",
        "payload": {"$ref": f"./schema/{name}.json"},
        "examples": [{"name": "of-the-contract", "payload": payload}],
    }


def about(name: str) -> str:
    """What a kind is, as its type says."""
    if name == BATCH:
        return "Messages of several lifts from one gateway; each names its lift and its kind."
    type_ = KINDS[name].__name__
    told: str = schema_of(name)["$defs"][type_]["description"]
    return " ".join(told.split())


def text() -> str:
    """As the file holds it."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


def is_possible() -> bool:
    """Whether node and npm are installed."""
    return shutil.which("node") is not None and shutil.which("npm") is not None


def install(folder: Path = FOLDER) -> None:
    """Have npm bring the parser where it is missing; SystemExit with a line where it cannot."""
    folder.mkdir(parents=True, exist_ok=True)
    told = {"private": True, "type": "module", "dependencies": PACKAGES}
    wanted, manifest = json.dumps(told), folder / "package.json"
    there = manifest.exists() and manifest.read_text() == wanted
    if there and all((folder / "node_modules" / name).is_dir() for name in PACKAGES):
        return
    manifest.write_text(wanted)
    quiet = ("--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")
    done = subprocess.run(
        ["npm", "install", *quiet], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"asyncapi: npm: {' '.join(done.stderr.split())[-300:]}")


def check(file: Path, folder: Path = FOLDER) -> "subprocess.CompletedProcess[str]":
    """What AsyncAPI's parser says of a file, with all that it refers to: status 1 for an error."""
    (folder / "check.js").write_text(CHECK)
    return subprocess.run(
        ["node", "check.js", str(file)], cwd=folder, capture_output=True, text=True, check=False
    )


def main() -> None:
    """Write the file, and check it; exit status 1 when it is none, 2 where that cannot be told."""
    FILE.write_text(text(), encoding="utf-8")
    if not is_possible():
        print(f"asyncapi: written, not checked: no npm (apt install nodejs npm): {FILE.name}")
        raise SystemExit(2)
    install()
    done = check(FILE)
    print(f"asyncapi: {(done.stdout + done.stderr).strip()}")
    sys.exit(done.returncode)


if __name__ == "__main__":
    main()
