/**
 * What a push may say about a job besides its data: each option is described once, by its constant
 * in {@link dev.flashq.protocol.option.PushOption}, and read, checked, logged and answered by that.
 */
@NullMarked
package dev.flashq.protocol.option;

import org.jspecify.annotations.NullMarked;
