"""Search over levers: policies that nobody wrote, which have less of one outcome at no more of another, tried again in fresh draws."""
