"""The platform's providers, faked: payments, weather and e-mail campaigns."""
