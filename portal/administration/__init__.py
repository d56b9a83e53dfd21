"""The administrator's pages: who works where, places of treatment, GP lists, who changed what."""
