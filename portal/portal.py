"""The portal: its pages and where they are found."""

import reflex as rx

from portal.ui import aksel
from portal.ui.language import in_language
from portal.ui.text import text


def _smoke() -> rx.Component:
    return in_language(
        rx.el.main(
            aksel.heading(text("frame.product"), level="1", size="large"),
            aksel.button(text("frame.log_out"), icon=aksel.icon("MagnifyingGlassIcon")),
            aksel.table(
                aksel.table_header(aksel.table_row(aksel.table_column_header("a", scope="col"))),
                aksel.table_body(aksel.table_row(aksel.table_data_cell("x"))),
            ),
        )
    )


app = rx.App()
app.add_page(_smoke, route="/clinician/patients", title="Akson")
