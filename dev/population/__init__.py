"""A synthetic population: households, health personnel, GP lists, and years of results. All fictitious.

`build(seed, persons, today)` gives the same population every time, and a larger one begins with the smaller.
"""

from dev.population.build import GeneratedMessage, Population, build

__all__ = ["GeneratedMessage", "Population", "build"]
