/** Request ids and proposed entries: what was already carried out is not carried out again. */
@NullMarked
package dev.flashq.statemachine.request;

import org.jspecify.annotations.NullMarked;
