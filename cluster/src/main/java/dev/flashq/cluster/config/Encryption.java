package dev.flashq.cluster.config;

import dev.flashq.security.seal.MasterKey;
import java.nio.file.Path;
import java.util.List;

/**
 * With what a node unwraps the keys of the cluster.
 *
 * @param masterKeys the newest first, the others only unwrap; none: this node seals and opens
 *     nothing
 * @param ring the folder of the ring keys
 */
public record Encryption(List<MasterKey> masterKeys, Path ring) {
  public static final Encryption NONE = new Encryption(List.of(), Path.of(""));

  public Encryption {
    masterKeys = List.copyOf(masterKeys);
  }
}
