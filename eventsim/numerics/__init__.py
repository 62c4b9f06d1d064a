"""Scalar numerics: random streams, propagators, crossings. Pure functions; only `math` is imported."""
