package dev.flashq.server;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.flashq.protocol.log.LogProto.AuditHead;
import dev.flashq.protocol.wire.ValueReader;
import dev.flashq.server.config.ConfigException;
import dev.flashq.statemachine.state.proto.StateProto.AuditBlock;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * The audit trail of a node as lines: the key, its blocks, each signed head behind its block, and
 * the head of the chain.
 */
final class AuditExportLines {
  private final Function<String, Optional<String>> get;
  private long atMs;
  private long last;

  private record Page(
      List<String> blocks, List<String> heads, String key, String head, boolean more) {}

  /**
   * @param get the body of a page of the node; empty when it was refused, which has been said
   */
  AuditExportLines(Function<String, Optional<String>> get) {
    this.get = get;
  }

  /**
   * Gives each line to the consumer, until it answers what is wrong with one.
   *
   * @return false when the node refuses or a line is wrong
   */
  boolean each(Function<String, Boolean> line) {
    boolean first = true;
    while (true) {
      Optional<String> body = get.apply("/security/audit/blocks?from=" + atMs + "&after=" + last);
      if (body.isEmpty()) {
        return false;
      }
      Page page = page(body.get());
      if (first && !page.key.isEmpty() && !line.apply("key " + page.key)) {
        return false;
      }
      first = false;
      if (!eachOf(page, line)) {
        return false;
      }
      if (!page.more) {
        return line.apply("head " + page.head);
      }
    }
  }

  private boolean eachOf(Page page, Function<String, Boolean> line) {
    int heads = 0;
    for (String block : page.blocks) {
      pass(block);
      if (!line.apply("block " + block)) {
        return false;
      }
      while (heads < page.heads.size() && count(page.heads.get(heads)) <= last) {
        if (!line.apply("signed " + page.heads.get(heads++))) {
          return false;
        }
      }
    }
    for (String head : page.heads.subList(heads, page.heads.size())) {
      if (!line.apply("signed " + head)) {
        return false;
      }
    }
    return true;
  }

  private void pass(String text) {
    try {
      AuditBlock block = AuditBlock.parseFrom(Base64.getDecoder().decode(text));
      atMs = block.getAt();
      last = block.getFirst() + block.getCommandsCount() - 1;
    } catch (InvalidProtocolBufferException e) {
      throw new ConfigException("the node's answer cannot be read: " + e.getMessage());
    }
  }

  private static long count(String head) {
    try {
      return AuditHead.parseFrom(Base64.getDecoder().decode(head)).getCount();
    } catch (InvalidProtocolBufferException e) {
      throw new ConfigException("the node's answer cannot be read: " + e.getMessage());
    }
  }

  private static Page page(String body) {
    var answer = new NodeAnswer(body, ValueReader::string);
    return new Page(
        answer.items("blocks"),
        answer.items("heads"),
        answer.text("key"),
        answer.text("head"),
        answer.more());
  }
}
