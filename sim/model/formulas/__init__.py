"""The model's equations: pure functions of numbers, each with its unit and its source."""




