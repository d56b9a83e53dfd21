"""How long entries keep a unit's relation to the person open."""
