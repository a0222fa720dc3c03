"""Blocks for serverless platforms on AWS: one block is one job, with the field's best defaults."""
