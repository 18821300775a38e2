"""How a training ends without a model. The class name is the type that the failure file begins with."""


class DataRejected(Exception):  # noqa: N818 - the name is the contract
    """The input is unusable; running again with the same input cannot help."""


class TrainingError(Exception):
    """Anything else that keeps the trainer from its work."""


class Stopped(Exception):  # noqa: N818 - it is no error
    """The platform asked the trainer to end. Not a failure: a later attempt goes on from the checkpoint."""
