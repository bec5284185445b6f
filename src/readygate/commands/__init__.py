"""The commands: one module each, with the parser and the program around them."""
