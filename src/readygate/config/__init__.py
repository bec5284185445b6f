"""Inputs of the action and variables of the runner, as values."""
