"""The local stage: a whole app on this machine, deployed by the real CDK to an emulator."""
