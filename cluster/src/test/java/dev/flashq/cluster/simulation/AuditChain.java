package dev.flashq.cluster.simulation;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.statemachine.Principal;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.state.proto.StateProto.AuditBlock;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All nodes have the same audit trail, and each block of it names the one before. */
final class AuditChain implements Checks.Check {
  static final String WHOLE = "the audit trail is whole on all nodes";

  private static final int PAGE = 1_000;

  @Override
  public void judge(Simulation run) {
    if (!run.isGuarded()) {
      return;
    }
    List<ByteString> first = null;
    for (SimNode node : run.nodes()) {
      List<ByteString> blocks = blocks(run, node);
      if (first != null && !first.equals(blocks)) {
        run.violated(WHOLE, node.name() + " has other blocks");
      }
      first = blocks;
    }
  }

  /** The blocks of a node, which are whole. */
  private static List<ByteString> blocks(Simulation run, SimNode node) {
    var blocks = new ArrayList<ByteString>();
    ByteString before = ByteString.EMPTY;
    long atMs = 0;
    long last = 0;
    Query.AuditBlocks page;
    do {
      page = node.replica().ask(Principal.SYSTEM, new Query.ListAuditBlocks(atMs, last, PAGE));
      for (ByteString bytes : page.blocks()) {
        AuditBlock block = parse(bytes);
        if (block == null || block.getFirst() != last + 1 || !block.getBefore().equals(before)) {
          run.violated(WHOLE, node.name() + " has a broken chain behind record " + last);
          return blocks;
        }
        last += block.getCommandsCount();
        atMs = block.getAt();
        before = sha256(bytes);
        blocks.add(bytes);
      }
    } while (page.more());
    if (!page.head().equals(before)) {
      run.violated(WHOLE, node.name() + " has a chain that ends with record " + last);
    }
    return blocks;
  }

  private static @Nullable AuditBlock parse(ByteString bytes) {
    try {
      return AuditBlock.parseFrom(bytes);
    } catch (InvalidProtocolBufferException _) {
      return null;
    }
  }

  private static ByteString sha256(ByteString bytes) {
    try {
      return ByteString.copyFrom(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
