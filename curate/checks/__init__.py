"""Pure functions on decoded images, each returning named scores."""
