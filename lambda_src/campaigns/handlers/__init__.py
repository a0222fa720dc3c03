"""One module for each thing that wakes the service: a route, a stream, a step of the workflow."""
