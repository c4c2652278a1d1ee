"""How the model compares with what was observed: patterns of the world, and replays of real cases."""




