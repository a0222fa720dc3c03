"""The local stage's outside world: a payment provider, a weather service and everybody's mailbox.

Each behaves as the real one does, and as it does on a bad day when `PUT /control` tells it to.
"""
