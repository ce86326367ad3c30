/**
 * RocksDB below the engine: columns, the batch of an entry, and ordered indexes with their front in
 * memory.
 */
@NullMarked
package dev.flashq.statemachine.store;

import org.jspecify.annotations.NullMarked;
