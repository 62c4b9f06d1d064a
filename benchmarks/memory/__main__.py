from ..harness import main
from . import BENCHMARKS

main("memory", BENCHMARKS)
