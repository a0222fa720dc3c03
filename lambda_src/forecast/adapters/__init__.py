"""Where forecasts come from, and where they are kept."""
