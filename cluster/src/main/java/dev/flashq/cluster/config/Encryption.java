package dev.flashq.cluster.config;

import dev.flashq.security.seal.WrappingKeys;
import java.nio.file.Path;

/**
 * With what a node unwraps the keys of the cluster.
 *
 * @param ring the folder of the ring keys
 */
public record Encryption(WrappingKeys masterKeys, Path ring) {}
