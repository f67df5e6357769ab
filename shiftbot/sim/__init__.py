"""Simulators of Telegram, Slack and a model server: real HTTP, invented people, for demo and tests only."""
