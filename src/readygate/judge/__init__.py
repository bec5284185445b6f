"""From a comparison and a policy to a verdict."""
