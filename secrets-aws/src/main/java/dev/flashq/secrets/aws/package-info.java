/** Secrets out of AWS Secrets Manager, and keys of AWS KMS, by AWS's own SDK. */
@NullMarked
package dev.flashq.secrets.aws;

import org.jspecify.annotations.NullMarked;
