"""E-mail campaigns through an outside provider, which calls back when it has sent them."""
