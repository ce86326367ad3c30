/** The audit trail, written out. */
@NullMarked
package dev.flashq.server.audit;

import org.jspecify.annotations.NullMarked;
