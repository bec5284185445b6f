"""Write a verdict and its comparison as documents: Markdown, a web page, badges. Only pure functions."""
