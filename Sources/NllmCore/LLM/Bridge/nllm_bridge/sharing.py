"""Computes once what llm computes for each request."""

from __future__ import annotations

import collections
import copy
import os
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from nllm_bridge.llm_log import LogFlawError, Migrations, prepare_log

# A pool checks all its connections for each request, which is expensive with hundreds: several pools share the work.
POOLS = 8


def replace_function(original: Any, replacement: Any, package: str) -> None:
    """Replaces a function in all modules of a package, including those that imported it by name."""
    for name, module in list(sys.modules.items()):
        if isinstance(module, ModuleType) and (name == package or name.startswith(package + ".")):
            for attribute, value in list(vars(module).items()):
                if value is original:
                    setattr(module, attribute, replacement)


def remembering(original: Callable[[], Any]) -> Callable[[], Any]:
    answer = original()
    return lambda: copy.copy(answer)


def migrating_others(migrations: Migrations, path: Path) -> Callable[[Any], None]:
    """Migrates any database but the one that has been migrated, as long as that is the same file: 3 ms."""
    # It stays open: otherwise another file could get its number.
    done = os.fstat(os.open(path, os.O_RDONLY))

    def migrate(database: Any) -> None:
        place = database.conn.execute("pragma database_list").fetchone()[2]
        if not place:
            migrations.apply(database)
        elif not os.path.samestat(os.stat(place), done):
            try:
                prepare_log(Path(place), migrations)
            except LogFlawError as error:
                raise sqlite3.OperationalError(error.detail) from error

    return migrate


def sharing_tls_contexts(original: Callable[..., Any]) -> Callable[..., Any]:
    contexts: dict[Any, Any] = {}

    def create_ssl_context(verify: Any = True, cert: Any = None, trust_env: bool = True, **others: Any) -> Any:
        if verify is not True or cert is not None or others:
            return original(verify=verify, cert=cert, trust_env=trust_env, **others)
        key = (trust_env, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
        if key not in contexts:
            contexts[key] = original(verify=verify, cert=cert, trust_env=trust_env)
        return contexts[key]

    return create_ssl_context


def sharing_clients(original: Callable[..., Any]) -> Callable[..., Any]:
    def get_client(self: Any, key: str | None, *, async_: bool = False) -> Any:
        all_clients = vars(self).setdefault("_nllm_batch_clients", {})
        clients = all_clients.setdefault((key, async_), collections.deque())
        if len(clients) < POOLS:
            clients.append(original(self, key, async_=async_))
        clients.rotate()
        return clients[0]

    return get_client
