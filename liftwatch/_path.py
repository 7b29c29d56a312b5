"""Where the owner's folders lie: beside this package in a checkout, inside it in a wheel."""

import sys
from pathlib import Path

SERVICES = Path(__file__).parent / "_services"


def add_services() -> None:
    """Let `import api` and its like find the folders that travel in the wheel."""
    if SERVICES.is_dir() and str(SERVICES) not in sys.path:
        sys.path.insert(0, str(SERVICES))
