/** The one configuration file, its keys, and what they become. */
@NullMarked
package dev.flashq.server.config;

import org.jspecify.annotations.NullMarked;
