from ..harness import main
from . import BENCHMARKS

main("micro", BENCHMARKS)
