"""Takes every new incident of one's lifts, by the client that `make client` generates.

    LIFT_KEY=... PYTHONPATH=build/client python examples/on_duty.py http://127.0.0.1:8080

The key is one of `POST /v1/me/keys`. Prints what was taken; run again it takes what is new.
"""

import os
import sys
from uuid import uuid4

from liftwatch_client import AuthenticatedClient
from liftwatch_client.api.incidents import acknowledge_incident, list_incidents
from liftwatch_client.models import IncidentList, IncidentShape, MoveBody, Problem


def main(url: str) -> None:
    """Read what is raised, say of each that one has it."""
    client = AuthenticatedClient(base_url=url, token=os.environ["LIFT_KEY"])
    with client:
        found = list_incidents.sync(client=client, state=["raised"])
        if not isinstance(found, IncidentList):
            sys.exit(f"refused: {found}")
        for one in found.items:
            taken = acknowledge_incident.sync(
                id=one.id,
                client=client,
                body=MoveBody(text="Taken by our own system"),
                idempotency_key=str(uuid4()),
                if_match=f'"{one.version}"',
            )
            if isinstance(taken, IncidentShape):
                print(f"{taken.lift} {taken.kind}: {taken.state}")
            elif isinstance(taken, Problem):  # 412: somebody else was first
                print(f"{one.lift} {one.kind}: {taken.title}")


if __name__ == "__main__":
    main(sys.argv[1])
