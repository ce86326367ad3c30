@NullMarked
package dev.flashq.server.audit;

import org.jspecify.annotations.NullMarked;
