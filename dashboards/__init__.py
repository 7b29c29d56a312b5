"""What people look at in Grafana, as code: dashboards, alert rules, provisioning; `json/` is made.

The SDK is an extra (`pip install liftwatch[grafana]`): pushing files that are made needs none.
"""
