"""What earlier runs found, so that nothing is examined twice."""
