"""What teams begin with: an app, a microservice, a route, an event, a block of their own."""
