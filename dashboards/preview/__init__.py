"""Every dashboard as a page of its own, with its data, so that people can look without Grafana."""
