/**
 * What payloads are sealed with: ciphers, and the keys that encrypt other keys. It knows no queue
 * and no job.
 */
@NullMarked
package dev.flashq.security.seal;

import org.jspecify.annotations.NullMarked;
