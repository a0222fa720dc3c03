"""The command `blockwork`: what it reads of an app, and which commands there are."""
