"""`python -m readygate`: without arguments the action, with arguments the command line."""

from readygate.commands.program import run_program

if __name__ == "__main__":
    run_program()
