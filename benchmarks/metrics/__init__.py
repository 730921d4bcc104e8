"""How good an enhanced image is."""
