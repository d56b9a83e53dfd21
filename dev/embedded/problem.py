"""The one error of the embedded servers."""


class EmbeddedProblem(RuntimeError):
    """An embedded server cannot start here; the message says what to do."""
