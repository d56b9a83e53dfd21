"""Consultations: what is asked, the answers, and results that tell nobody apart."""
