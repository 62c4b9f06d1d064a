"""Memristive devices, crossbars, and synapses made of them."""
