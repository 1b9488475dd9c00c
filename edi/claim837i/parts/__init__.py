"""The parts of a claim, each read from its loop and written again side by side."""
