"""`python -m asl` is the command `asl`."""

from asl.cli import main

if __name__ == "__main__":
    main(prog_name="asl")
