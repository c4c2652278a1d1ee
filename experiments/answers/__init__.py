"""Answers: what a decision needs from a study, each with its uncertainty; one file for each question.

Every answer is worked out by one function of `Results` and comes as a frozen dataclass that says itself in `sentences()` and in plain
`content()`. What may be claimed is decided in `experiments.results.verdict`.
"""
