"""Clinical courses: what happens to a person over the years, as visits with results."""
