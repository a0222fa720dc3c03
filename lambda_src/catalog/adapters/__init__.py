"""Where the catalog meets AWS."""
