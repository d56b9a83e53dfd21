"""Registers: who is who. Persons and numbers, health personnel, organisations, GP lists, senders."""
