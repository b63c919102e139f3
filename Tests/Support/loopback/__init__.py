"""The parts of the loopback server; see loopback_server.py, which starts it."""
