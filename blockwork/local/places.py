"""Where things lie."""

from blockwork.environment import HERE

REPOSITORY = HERE
LOCAL = REPOSITORY / ".local"
