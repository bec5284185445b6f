"""Write the Markdown of the pull request comment, the check run and the job summary."""
