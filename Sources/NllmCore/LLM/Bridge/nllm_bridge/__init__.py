"""Keeps `llm` imported and runs many requests with it: the Python half of the executors `fork` and `shared`.

It runs in the Python process whose `llm` it uses, without being a file there: bootstrap.py creates its modules from
what the parent sends. docs/bridge.md describes requests and events. A module imports only modules that come before it
in Bridge/BridgeSources.swift.
"""
