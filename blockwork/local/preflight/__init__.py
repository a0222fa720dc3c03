"""What the emulator makes of an app's templates, said before anything is deployed."""
