"""Through which mechanisms a policy acts: Shapley shares in the same draws."""
