"""`python -m blockwork`: the command `blockwork`."""

from blockwork.command.entry import main

if __name__ == "__main__":
    main()
