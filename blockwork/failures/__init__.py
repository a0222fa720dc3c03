"""Failed events: what waits in the failure chains, and the way back."""
