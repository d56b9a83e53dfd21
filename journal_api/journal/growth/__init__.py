"""Growth against a reference that the operator has loaded (LMS method). None comes with the product."""
