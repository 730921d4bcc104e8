"""Run the command line with `python -m nirecap`."""

from nirecap.cli import main

main()
