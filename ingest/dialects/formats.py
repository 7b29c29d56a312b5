"""The foreign formats, by the kind of the topic they come under."""

from ingest.dialects.box import BOX
from ingest.dialects.device import DEVICE
from ingest.dialects.foreign import Format

FORMATS: dict[str, Format] = {"box": BOX, "device": DEVICE}
