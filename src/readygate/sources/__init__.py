"""Where reports and facts about the checkout come from: files of the workspace."""
