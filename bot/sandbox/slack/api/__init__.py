"""The Web API below `/api/`."""
