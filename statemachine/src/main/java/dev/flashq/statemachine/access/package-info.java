/** Who may do what: credentials, roles, and what a command needs. */
@NullMarked
package dev.flashq.statemachine.access;

import org.jspecify.annotations.NullMarked;
