"""`liftwatch setup-store`: places, retention and sums of the telemetry store of the settings."""

from liftwatch.adapters.influx_answers import SetupRefused
from liftwatch.adapters.influx_server import InfluxServer
from liftwatch.adapters.influx_setup import set_up
from liftwatch.failure import Failure
from liftwatch.ports import StoreUnavailable
from liftwatch.settings import SettingsError, load_settings


def setup_store_command(*, shorten: bool) -> None:
    """Print what was made, found and changed; raises Failure when it cannot be."""
    try:
        settings = load_settings()
    except SettingsError as error:
        raise Failure(str(error)) from error
    if not settings.influx_url:
        print("the embedded store needs nothing (LIFTWATCH_INFLUX_URL is empty)")
        return
    server = InfluxServer(
        settings.influx_url,
        token=settings.influx_token.get_secret_value(),
        org=settings.influx_org,
        bucket=settings.influx_bucket,
        version=settings.influx_version,
    )
    try:
        for line in set_up(server, shorten=shorten):
            print(line, flush=True)
    except (SetupRefused, StoreUnavailable) as error:
        raise Failure(f"setup-store: {error}") from error
    finally:
        server.close()
