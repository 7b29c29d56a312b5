"""The data sources, by uid; every organisation of Grafana has them under the same uid.

`liftwatch-telemetry` is our API, which adds the filter of the asker's rows; for operations it is
InfluxDB itself. Both speak InfluxQL.
"""

from typing import NamedTuple


class Source(NamedTuple):
    """A data source: its uid and Grafana's name of what it speaks to."""

    uid: str
    type: str


SQL = Source("liftwatch-sql", "grafana-postgresql-datasource")
TELEMETRY = Source("liftwatch-telemetry", "influxdb")
METRICS = Source("liftwatch-metrics", "prometheus")
EXPRESSION = Source("__expr__", "__expr__")
