"""Scripts and measurements of speed and quality."""
