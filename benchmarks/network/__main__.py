from ..harness import main
from . import BENCHMARKS

main("network", BENCHMARKS)
