/* What memory allows: for each spike of a list, add a weight at each of its targets. No queue, no delay, no neuron.
 *
 *     roofline NEURONS ROWS POST WEIGHT SPIKES REPEATS
 *
 * Files hold ROWS int64 (neurons + 1), POST int32 and WEIGHT float64 (synapses), SPIKES int32. Prints the best pass, deliveries/s. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

static void *contents(const char *name, size_t size, size_t *count) {
  FILE *file = fopen(name, "rb");
  if (!file) exit(2);
  fseek(file, 0, SEEK_END);
  *count = ftell(file) / size;
  rewind(file);
  void *memory = malloc(*count * size + 1);
  if (!memory || fread(memory, size, *count, file) != *count) exit(3);
  fclose(file);
  return memory;
}

int main(int argc, char **argv) {
  if (argc != 7) return 1;
  size_t neurons = atoll(argv[1]), synapses, spikes, ignored;
  int64_t *row = contents(argv[2], 8, &ignored);
  int32_t *post = contents(argv[3], 4, &synapses);
  double *weight = contents(argv[4], 8, &synapses);
  int32_t *spike = contents(argv[5], 4, &spikes);
  double *v = calloc(neurons, sizeof *v), best[2] = {1e300, 1e300}, sum = 0.0;
  int64_t deliveries = 0;
  for (size_t s = 0; s < spikes; s++) deliveries += row[spike[s] + 1] - row[spike[s]];
  for (int repeat = atoi(argv[6]); repeat > 0; repeat--)
    for (int own = 0; own < 2; own++) {
      double begin = seconds();
      for (size_t s = 0; s < spikes; s++) {
        int64_t first = row[spike[s]], end = row[spike[s] + 1];
        if (own)
          for (int64_t k = first; k < end; k++) v[post[k]] += weight[k];
        else if (first < end)
          for (double w = weight[first]; first < end; first++) v[post[first]] += w;
      }
      double taken = seconds() - begin;
      if (taken < best[own]) best[own] = taken;
    }
  for (size_t i = 0; i < neurons; i++) sum += v[i];
  printf("{\"deliveries\": %lld, \"shared\": %.6g, \"own\": %.6g, \"sum\": %.17g}\n", (long long)deliveries, deliveries / best[0],
         deliveries / best[1], sum);
  return 0;
}
