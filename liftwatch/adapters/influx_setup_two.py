"""The buckets of InfluxDB 2 and their mapping to databases, made by influxdb-client."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from influxdb_client.domain.bucket_retention_rules import BucketRetentionRules
from influxdb_client.domain.dbrp_create import DBRPCreate
from influxdb_client.domain.post_bucket_request import PostBucketRequest
from influxdb_client.rest import ApiException
from influxdb_client.service.dbr_ps_service import DBRPsService
from urllib3.exceptions import HTTPError

from liftwatch.adapters.influx_answers import SetupRefused, text_of
from liftwatch.adapters.influx_server import InfluxServer
from liftwatch.telemetry.retention import CLASSES, Retention

DAY_S = 86_400
POLICY = "autogen"


class Buckets:
    """The buckets of one organisation: the default one, and those of the other places."""

    def __init__(self, server: InfluxServer) -> None:
        self._server = server
        self._client: Any = server.client()  # whose methods have no types
        self._buckets: Any = self._client.buckets_api()
        self._org_id = self._find_org()

    def _find_org(self) -> str:
        name = self._server.org
        if not name:
            raise SetupRefused("LIFTWATCH_INFLUX_ORG is not set; InfluxDB 2 needs it")
        with self._heard(f"no organisation {name!r} (LIFTWATCH_INFLUX_ORG)"):
            found = self._client.organizations_api().find_organizations(org=name)
        if not found:
            raise SetupRefused(f"this token sees no organisation {name!r} (LIFTWATCH_INFLUX_ORG)")
        org_id: str = found[0].id
        return org_id

    def _name(self, class_: Retention) -> str:
        return f"{self._server.bucket}/{class_.place}".rstrip("/")

    def _find(self, class_: Retention) -> Any:
        with self._heard("this token may not list buckets"):
            try:
                found = self._buckets.find_buckets(name=self._name(class_), org_id=self._org_id)
            except ApiException as error:
                if error.status == 404:
                    return None
                raise
        return next(iter(found.buckets), None)

    def days_of(self, class_: Retention) -> float | None:
        """How many days a bucket keeps."""
        bucket = self._find(class_)
        if bucket is None:
            return None
        rules = bucket.retention_rules
        return rules[0].every_seconds / DAY_S if rules else 0.0

    def make(self, class_: Retention) -> None:
        """A bucket with its retention."""
        rules = [BucketRetentionRules(type="expire", every_seconds=class_.days * DAY_S)]  # type: ignore[no-untyped-call]  # the library's
        wanted = PostBucketRequest(  # type: ignore[no-untyped-call]  # the library's
            name=self._name(class_), org_id=self._org_id, retention_rules=rules
        )
        with self._heard("this token may not make buckets"):
            self._buckets.create_bucket(bucket=wanted)

    def change(self, class_: Retention) -> None:
        """Longer or shorter."""
        bucket = self._find(class_)
        bucket.retention_rules = [
            BucketRetentionRules(type="expire", every_seconds=class_.days * DAY_S)  # type: ignore[no-untyped-call]  # the library's
        ]
        with self._heard("this token may not change buckets"):
            self._buckets.update_bucket(bucket)

    def finish(self) -> Iterator[str]:
        """What InfluxQL calls the buckets: database BUCKET, its policies named by the places."""
        service = DBRPsService(self._client.api_client)  # type: ignore[no-untyped-call]  # the library's
        for class_ in CLASSES:
            yield self._map(service, class_)

    def _map(self, service: Any, class_: Retention) -> str:
        database, policy = self._server.bucket, class_.place or POLICY
        bucket = self._find(class_)
        if bucket is None:
            raise SetupRefused(f"{self._name(class_)} was made and is not seen by this token")
        with self._heard("this token may not see how buckets are mapped (DBRP)"):
            found = service.get_dbr_ps(org_id=self._org_id, db=database).content
        named = f"{database}.{policy} of InfluxQL"
        for row in found:
            if row.retention_policy == policy or (not class_.place and row.default):
                if row.bucket_id != bucket.id:
                    raise SetupRefused(f"{named} is mapped to another bucket (DBRP {row.id})")
                return f"found {named}"
        wanted = DBRPCreate(  # type: ignore[no-untyped-call]  # the library's
            org_id=self._org_id,
            bucket_id=bucket.id,
            database=database,
            retention_policy=policy,
            default=not class_.place,
        )
        with self._heard("this token may not map buckets (DBRP)"):
            service.post_dbrp(wanted)
        return f"made {named}"

    @contextmanager
    def _heard(self, refused: str) -> Iterator[None]:
        """What an answer of the API means: a right that is missing, or a server that is away."""
        try:
            yield
        except ApiException as error:
            text = text_of(error.body or error.reason or "")
            if error.status == 401 and text == "unauthorized access":
                reason = f"InfluxDB knows no such token (LIFTWATCH_INFLUX_TOKEN): {text}"
                raise SetupRefused(reason) from error
            if error.status in (400, 401, 403, 404, 409, 422):
                raise SetupRefused(f"{refused}: {text}") from error
            raise self._server.lost(f"answers {error.status}: {text}") from error
        except (HTTPError, OSError) as error:
            raise self._server.lost(f"does not answer: {error}") from error
