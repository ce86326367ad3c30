/**
 * Who may talk to a node: tokens of clients, certificates of peers. Knows nothing of the other
 * modules.
 */
@NullMarked
package dev.flashq.security;

import org.jspecify.annotations.NullMarked;
