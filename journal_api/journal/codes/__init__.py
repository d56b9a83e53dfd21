"""Codes that entries use, as data: ICPC-2, ICD-10, ATC, vaccines, kinds of documents; search among them."""
