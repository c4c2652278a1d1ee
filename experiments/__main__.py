"""`python -m lockgate.experiments` is `lockgate`."""

from lockgate.experiments.cli import main

main()
