"""Read the inputs of the action and the variables of the runner."""
