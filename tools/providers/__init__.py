"""The local stage's outside world: payments, weather, e-mail campaigns and everybody's mailbox.

Each behaves as the real one does, and as it does on a bad day when `PUT /control` tells it to.
"""
