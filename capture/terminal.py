"""The person at the terminal, where there is one."""

import sys

import click

from nirecap.errors import UsageMistake


def attended() -> bool:
    """Tell whether somebody can answer questions."""
    return sys.stdin.isatty()


def tell(line: str) -> None:
    """Show a line beside the questions, on standard error."""
    click.echo(line, err=True)


def question(text: str, default: str = "") -> str:
    """Ask until there is an answer, or take the default for an empty one."""
    answer: str = click.prompt(text, default=default or None, err=True)
    return answer.strip()


def hidden_question(text: str) -> str:
    """Ask for a secret, which is not shown; the answer may be empty."""
    answer: str = click.prompt(text, default="", show_default=False, hide_input=True, err=True)
    return answer


def confirmed(text: str) -> bool:
    """Ask for a yes."""
    return click.confirm(text, err=True)


def request(text: str) -> None:
    """Ask the person to do something and wait for Enter.

    Raises:
        UsageMistake: nobody can answer, standard input is closed.
    """
    tell(text)
    try:
        input()
    except EOFError:
        raise UsageMistake("a person must answer, but standard input is closed; run it in a terminal") from None
