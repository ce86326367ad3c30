/** Secrets out of AWS Secrets Manager, by AWS's own SDK. */
@NullMarked
package dev.flashq.secrets.aws;

import org.jspecify.annotations.NullMarked;
