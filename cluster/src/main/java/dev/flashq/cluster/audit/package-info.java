/** What the leader does for the audit trail. */
@NullMarked
package dev.flashq.cluster.audit;

import org.jspecify.annotations.NullMarked;
