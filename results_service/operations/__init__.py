"""For those who operate the service: messages that wait, senders gone quiet, volumes."""
