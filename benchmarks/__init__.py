"""Benchmarks. Every one checks its spikes before it prints a figure (see README.md)."""
