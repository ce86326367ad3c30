@NullMarked
package dev.flashq.cluster.config;

import org.jspecify.annotations.NullMarked;
