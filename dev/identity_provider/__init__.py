"""A development-only OpenID provider that speaks HelseID's and ID-porten's protocol, without passwords."""
