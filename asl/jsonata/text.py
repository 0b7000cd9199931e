"""JSON text as `JSON.stringify` writes it."""
