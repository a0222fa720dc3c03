"""The reference platform: one stack a microservice, wired once per stage."""
