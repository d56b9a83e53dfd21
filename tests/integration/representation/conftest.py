"""The core record with the personas' registers, called as an actor."""

from __future__ import annotations

from tests.integration.core_record.conftest import (  # noqa: F401 - fixtures
    actor,
    core_db,
    number,
    registers,
)
from tests.integration.core_record.test_api import app, client_of  # noqa: F401 - fixtures
