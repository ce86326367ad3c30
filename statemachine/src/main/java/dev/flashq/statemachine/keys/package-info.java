/**
 * The key ring: under which keys payloads are sealed. Keys stand here wrapped; the engine opens
 * nothing.
 */
@NullMarked
package dev.flashq.statemachine.keys;

import org.jspecify.annotations.NullMarked;
