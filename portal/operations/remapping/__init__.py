"""Ordering stored messages to be mapped anew."""
