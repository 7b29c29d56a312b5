"""How the simulated rescue platform sends its receipts: over HTTP with a key, as a real one."""

import json
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import ProxyHandler, Request, build_opener

ANSWER_S = 5.0
_DIRECT = build_opener(ProxyHandler({}))


class Receipts:
    """Receipts to one service, under one key; `url` is its `/v1/rescue`."""

    def __init__(self, url: str, *, key: str, area: str, exercise: bool) -> None:
        self._url, self._key = url, key
        self._query = urlencode({"area": area, "exercise": str(exercise).lower()})

    def __call__(self, feed: str, n: int, body: dict[str, Any], key: str) -> int:
        """Send one; the status of the answer. OSError when there is none."""
        del feed
        return self._ask(f"/events/{n}/receipt?{self._query}", body, key)[0]

    def pull(self) -> list[dict[str, Any]]:
        """The whole feed, page by page."""
        found: list[dict[str, Any]] = []
        after: int | None = 0
        while after is not None:
            _, told = self._ask(f"/events?after={after}&{self._query}")
            found += told["items"]
            after = told["next"]
        return found

    def _ask(self, path: str, body: Any = None, key: str = "") -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self._key}"}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": key}
        data = None if body is None else json.dumps(body).encode()
        request = Request(self._url + path, data=data, headers=headers)
        try:
            with _DIRECT.open(request, timeout=ANSWER_S) as answer:
                return answer.status, json.loads(answer.read())
        except HTTPError as error:
            with error:
                return error.code, {"items": [], "next": None}
