@NullMarked
package dev.flashq.secrets.aws;

import org.jspecify.annotations.NullMarked;
