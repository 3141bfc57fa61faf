"""Lets ``python -m yoloport`` run the command line of the environment that this Python belongs to."""

from yoloport.cli.app import main

if __name__ == "__main__":
    main()
