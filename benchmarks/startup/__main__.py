from ..harness import main
from . import BENCHMARKS

main("startup", BENCHMARKS)
