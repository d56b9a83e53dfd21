"""Codes: NLK and the Volven lists, code system URLs, units."""

from kit.tables import CodeFileError
from results_service.codes.book import CodeBook, CodeInfo
from results_service.codes.systems import system_oid, system_url
from results_service.codes.units import is_unit, ucum

__all__ = ["CodeBook", "CodeFileError", "CodeInfo", "is_unit", "system_oid", "system_url", "ucum"]
