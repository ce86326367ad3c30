/** Who may talk to a node: tokens of clients, certificates of peers. */
@NullMarked
package dev.flashq.security;

import org.jspecify.annotations.NullMarked;
