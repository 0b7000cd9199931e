"""The debugger on a terminal, or on plain streams: what a `Debugger` knows as text, and lines as commands."""
