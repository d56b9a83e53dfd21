"""Releases that an assessment in the journal has ordered: carried out for the version that was assessed.

A newer version waits anew, whatever was ordered about the former one.
"""

from __future__ import annotations

from core_record.result_news.service import ReleaseOrder, release_order_done_sync, take_release_orders_sync
from kit.db import SyncDatabase, set_person_sync
from results_service.release import repository

_AT_A_TIME = 100


def carry_out_releases(database: SyncDatabase) -> int:
    """Carry out every order; how many. Raises `Unavailable`. An order and its release are one transaction."""
    done = 0
    while True:
        with database.transaction() as conn:
            orders: list[ReleaseOrder] = take_release_orders_sync(conn, _AT_A_TIME)
            for order in orders:
                set_person_sync(conn, order.person_id)
                repository.put_ordered_sync(conn, order)
                release_order_done_sync(conn, order)
        done += len(orders)
        if len(orders) < _AT_A_TIME:
            return done
