"""Texts that are shown: language (`nb`, `nn`, `en`) → text."""

from __future__ import annotations

Texts = dict[str, str]
