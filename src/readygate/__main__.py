"""`python -m readygate`: without arguments the action, with arguments the command line."""

from readygate.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
