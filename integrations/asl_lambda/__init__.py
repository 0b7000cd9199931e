"""Lambda functions on one's own machine: Python callables that answer Lambda tasks as the service would."""

from asl.integration import Integration, Settings
from asl_lambda.handlers import resolve_handler
from asl_lambda.invoke import Lambda

__all__ = ["Lambda", "integrations", "resolve_handler"]


def integrations(settings: Settings) -> list[Integration]:
    """The integration for `settings.functions`."""
    return [Lambda(settings)]
