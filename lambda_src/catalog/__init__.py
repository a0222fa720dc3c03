"""The catalog: the tariffs ("products") which everybody reads and administrators write."""
