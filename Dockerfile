# One image, all processes: the command says which (`akson serve NAME`).
FROM python:3.11-slim-bookworm AS build
WORKDIR /app
COPY requirements/product.lock requirements/
RUN python -m venv /app/.venv \
 && /app/.venv/bin/pip install --no-cache-dir --require-hashes -r requirements/product.lock
COPY pyproject.toml README.md LICENSE rxconfig.py ./
COPY kit kit
COPY core_record core_record
COPY results_service results_service
COPY journal_api journal_api
COPY citizen_panel citizen_panel
COPY portal portal
COPY cli cli
COPY reflex.lock reflex.lock
RUN /app/.venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation -e . \
 && AKSON_DATA=/app/data /app/.venv/bin/python -m portal.build /app/data/portal

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --create-home akson && install -d -o akson -g akson /var/lib/akson-witness
WORKDIR /app
COPY --from=build --chown=akson:akson /app /app
USER akson
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 AKSON_DATA=/app/data AKSON_ENVIRONMENT=production
ENTRYPOINT ["akson", "serve", "--host", "0.0.0.0"]
CMD ["results_service"]
