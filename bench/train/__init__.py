"""The parts of the training bench: made-up clicks, the container job, the same work by bare library calls."""
