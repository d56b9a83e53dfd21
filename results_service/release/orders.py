"""Releases that an assessment in the journal has ordered: carried out for the version that was assessed.

A newer version waits anew, whatever was ordered about the former one.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import Connection

from core_record.result_news.service import ReleaseOrder, release_order_done_sync, take_release_orders_sync
from kit.db import SyncDatabase, set_person_sync
from kit.log import get_logger, stack_of
from results_service.release import repository

_AT_A_TIME = 100
_log = get_logger()


def carry_out_releases(database: SyncDatabase) -> int:
    """Carry out every order; how many. Raises `Unavailable`. An order and its release are one transaction.

    One that cannot be carried out is told and stays ordered; it holds no other up.
    """
    done = 0
    while True:
        with database.transaction() as conn:
            orders: list[ReleaseOrder] = take_release_orders_sync(conn, _AT_A_TIME)
            carried_out = sum(_is_carried_out(conn, order) for order in orders)
        done += carried_out
        if len(orders) < _AT_A_TIME or not carried_out:
            return done


def _is_carried_out(conn: Connection[Any], order: ReleaseOrder) -> bool:
    try:
        with conn.transaction():
            set_person_sync(conn, order.person_id)
            repository.put_ordered_sync(conn, order)
            release_order_done_sync(conn, order)
    except psycopg.OperationalError:
        raise  # all is undone and taken again
    except Exception as error:  # noqa: BLE001 - one order must not keep all others waiting
        _log.error(
            "a release could not be carried out",
            order_id=str(order.order_id),
            kind=type(error).__name__,
            where=stack_of(error),
        )
        return False
    return True
