"""What of its state machines a test session covers: states, transitions, choice rules, retriers and catchers.

`Collector` gathers it from every execution of the session and reports it by name. The lines of the definitions' own
files come into the reports of coverage.py (`pytest --cov`, `coverage html`) by its plugin, which is this module:
`plugins = ["asl.testing.coverage"]`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asl.testing.coverage.collector import Collector, Covered

if TYPE_CHECKING:
    from coverage.plugin_support import Plugins

__all__ = ["Collector", "Covered"]


def coverage_init(reg: Plugins, options: dict[str, Any]) -> None:
    """Called by coverage.py when its configuration names this module among its plugins."""
    from asl.testing.coverage.reporter import Definitions

    # A plugin that only reports: one that traces files would be refused under the core sysmon.
    reg.add_configurer(Definitions())
