"""How a network is trained: examples, losses, steps that can be stopped and taken up again."""
