@NullMarked
package dev.flashq.rpc;

import org.jspecify.annotations.NullMarked;
