"""Writes to people; they answer later, with the token."""


def ask(event, context):
    print(f"to the {event['who']}: is {event['amount']} all right?")
    return "sent"
