"""Lets ``python src`` run the command line of a checkout without installing it."""

from yoloport.cli.app import main

main()
