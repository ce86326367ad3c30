@NullMarked
package dev.flashq.cluster.audit;

import org.jspecify.annotations.NullMarked;
