@NullMarked
package dev.flashq.statemachine.job;

import org.jspecify.annotations.NullMarked;
