"""Documents: PDF and images that are kept encrypted, looked through for malware, and shown as images."""
