"""Measurements that print; nothing here is a test."""
