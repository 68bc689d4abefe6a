"""Who says what is in a picture, and how often a bundle gets it right."""
