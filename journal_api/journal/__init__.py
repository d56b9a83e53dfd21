"""What is known of a person: contacts, notes, documents, critical information, lists."""
