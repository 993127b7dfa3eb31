"""`python -m ivigsim.cli` is `ivigsim`."""

from ivigsim.cli import main

if __name__ == "__main__":
    main()
