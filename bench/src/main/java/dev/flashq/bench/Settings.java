package dev.flashq.bench;

import java.time.Duration;
import java.util.List;

/**
 * How the workloads run.
 *
 * @param payloadBytes size of the job data as JSON text
 * @param batch jobs of a batch push in W1b
 * @param unanswered pushes in flight at most in W1 and W2
 * @param outstanding pushed and not yet acknowledged jobs at most in W2
 * @param rates cycles/s of W5
 * @param encrypted whether the cluster encrypts the queues
 */
record Settings(
    int payloadBytes,
    int connections,
    Duration warmup,
    Duration duration,
    int batch,
    int unanswered,
    int outstanding,
    List<Integer> rates,
    boolean encrypted) {
  Settings {
    rates = List.copyOf(rates);
  }
}
