"""What the microservices share at run time; it knows none of them."""
