"""A format of test reports and a rule for Readygate."""
