/* Event-based simulation of a sparse network of identical pulse-coupled neurons without delays, after the algorithm of
 * Engelken 2023 (SparseProp, arXiv 2312.17216), written anew: every neuron is a phase that advances with unit speed, so that all
 * advance at once by moving an offset; an indexed heap finds the next to fire; a spike costs K phase jumps and K repairs of
 * the heap, K log N.
 *
 *     sparse_heap NEURONS OUTPUTS SPIKES SEED
 *
 * LIF, tau dv/dt = drive - v, threshold 1, reset 0, drive = 1 + tau sqrt(K) 1 Hz, jumps of -1/sqrt(K). With the phase
 * p = time since reset / period, v = drive (1 - exp(-p period/tau)), and a jump by -w takes p to
 * -ln(exp(-p period/tau) + w/drive) tau/period. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const double TAU = 0.01; /* s */

static double *phase;          /* of the neuron at a place of the heap, without the offset; the largest is on top */
static int32_t *neuron, *place; /* at a place; of a neuron */
static int64_t n;

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

static uint64_t state;

static uint64_t random_bits(void) { /* xorshift64* */
  state ^= state >> 12;
  state ^= state << 25;
  state ^= state >> 27;
  return state * 0x2545F4914F6CDD1DULL;
}

static int32_t random_below(int64_t bound) { return (int32_t)(((random_bits() >> 32) * (uint64_t)bound) >> 32); }

static void put(int64_t where, double p, int32_t who) {
  phase[where] = p;
  neuron[where] = who;
  place[who] = (int32_t)where;
}

/* The phase at a place has fallen to p: sink it. Inhibition and resets only lower phases. */
static void lower(int64_t where, double p) {
  int32_t who = neuron[where];
  for (int64_t child; (child = 2 * where + 1) < n; where = child) {
    if (child + 1 < n && phase[child + 1] > phase[child]) child++;
    if (phase[child] <= p) break;
    put(where, phase[child], neuron[child]);
  }
  put(where, p, who);
}

int main(int argc, char **argv) {
  if (argc != 5) return 1;
  n = atoll(argv[1]);
  int64_t outputs = atoll(argv[2]), spikes = atoll(argv[3]);
  state = 0x9E3779B97F4A7C15ULL * (1 + (uint64_t)atoll(argv[4]));
  double root = sqrt((double)outputs), drive = 1.0 + TAU * root, period = log(drive / (drive - 1.0)), jump = 1.0 / root / drive;
  phase = malloc(n * sizeof *phase);
  neuron = malloc(n * sizeof *neuron);
  place = malloc(n * sizeof *place);
  int32_t *target = malloc(n * outputs * sizeof *target);
  if (!phase || !neuron || !place || !target) return 2;
  for (int32_t i = 0; i < n; i++) {
    put(i, (random_bits() >> 11) * 0x1p-53, i);
    for (int64_t k = 0; k < outputs; k++) {
      do target[i * outputs + k] = random_below(n);
      while (target[i * outputs + k] == i);
    }
  }
  for (int64_t i = n / 2; i >= 0; i--) lower(i, phase[i]);
  int64_t warm_up = n < spikes ? n : spikes;
  double offset = 0.0, begin = 0.0, offset_then = 0.0;
  for (int64_t s = 0; s < warm_up + spikes; s++) {
    if (s == warm_up) begin = seconds(), offset_then = offset;
    int32_t firing = neuron[0];
    offset = 1.0 - phase[0];
    const int32_t *to = target + firing * outputs;
    for (int64_t k = 0; k < outputs; k++) {
      int64_t where = place[to[k]];
      lower(where, -log(exp(-(phase[where] + offset) * period) + jump) / period - offset);
    }
    lower(place[firing], -offset);
  }
  double taken = seconds() - begin, simulated = (offset - offset_then) * period * TAU;
  printf("{\"neurons\": %lld, \"wall_s\": %.6g, \"deliveries_per_s\": %.6g, \"rate_hz\": %.6g, \"simulated_s\": %.6g}\n", (long long)n, taken,
         spikes * outputs / taken, spikes / simulated / n, simulated);
  return 0;
}
