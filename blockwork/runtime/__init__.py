"""The runtime kit: what functions need so that the blocks in front of them keep their promises."""
