"""What else somebody might put between broker and InfluxDB, each as its users would write it."""
