@NullMarked
package dev.flashq.statemachine.gateway;

import org.jspecify.annotations.NullMarked;
