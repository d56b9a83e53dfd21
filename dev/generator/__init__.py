"""Makes svarrapporter (v1.3 and v1.4) of every kind that laboratories and radiology departments send.

All content is invented: persons, values and texts. `model` is the report, `writer` its XML,
the other modules hold one field of medicine each, and `catalogue` a small set with one message of every kind.
"""
