@NullMarked
package dev.flashq.security;

import org.jspecify.annotations.NullMarked;
