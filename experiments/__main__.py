"""`python -m experiments` is `lockgate`."""

from experiments.cli import main

main()
