"""Tell a reviewer what a change does to the templates; no AWS account needed.

The CDK CLI finds the differences: it knows from CloudFormation's schemas which changes replace a
resource, and reads permissions out of policies. What is added here: hashes of assets are masked, so
that only real changes show; stages that change alike are told once; what could cost data comes
first; and the whole fits into a comment on a pull request.
"""
