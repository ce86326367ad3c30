/** Faults on real clusters: workload, nemesis, history, checker, cluster under test. */
@NullMarked
package dev.flashq.chaos;

import org.jspecify.annotations.NullMarked;
