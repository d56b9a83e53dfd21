"""What a citizen decides about who sees their data: sperring, blokkering, reservasjon, samtykke."""
