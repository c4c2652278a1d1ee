"""What a study asks: policies and worlds, what is varied and how, and which draws, outcomes and series are kept."""
