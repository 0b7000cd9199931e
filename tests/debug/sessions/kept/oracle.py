"""Guesses; it says so each time that it is asked."""


def guess(event, context):
    print("the oracle is asked")
    return "blue"
