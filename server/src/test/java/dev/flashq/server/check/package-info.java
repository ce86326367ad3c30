@NullMarked
package dev.flashq.server.check;

import org.jspecify.annotations.NullMarked;
