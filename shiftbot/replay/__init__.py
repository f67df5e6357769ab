"""Shadow decisions: the past judged again by other rules, models, prompts or thresholds. Nothing is written or sent."""
