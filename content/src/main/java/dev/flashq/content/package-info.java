/**
 * What may be in job data: schemas, forbidden fields, card numbers, envelopes. Works on bytes as
 * they arrived and knows nothing of queues.
 */
@NullMarked
package dev.flashq.content;

import org.jspecify.annotations.NullMarked;
