package dev.flashq.bench;

import java.time.Duration;

/**
 * How the workloads run.
 *
 * @param payloadBytes size of the job data as JSON text
 * @param batch jobs of a batch push in W1b
 * @param unanswered pushes in flight at most in W1 and W2
 * @param outstanding pushed and not yet acknowledged jobs at most in W2
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
    boolean encrypted) {}
