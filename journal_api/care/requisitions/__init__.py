"""Orders of laboratory and radiology examinations (rekvisisjoner), and whether they are answered."""
