"""The catalog: the tariffs ("products") which everybody reads and some may write."""
