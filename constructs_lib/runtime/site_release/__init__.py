"""Lambda code of the block `SiteRelease`."""
