"""Steps through executions, forwards and back. `Debugger` has no user interface; `asl.debug.terminal` is one over it."""
