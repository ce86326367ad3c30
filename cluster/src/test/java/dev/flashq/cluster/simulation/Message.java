package dev.flashq.cluster.simulation;

import com.google.protobuf.ByteString;
import dev.flashq.cluster.peers.Hello;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What members send each other. */
sealed interface Message {
  /** Asks for a vote, or, before the term is raised, whether there would be one. */
  record Vote(long term, long lastIndex, long lastTerm, boolean before) implements Message {}

  record Voted(long term, boolean granted, boolean before) implements Message {}

  record Append(
      long term,
      long previousIndex,
      long previousTerm,
      List<LogEntry> entries,
      long commit,
      long round)
      implements Message {}

  /**
   * @param match the last index known to be equal; when refused, where to try next
   */
  record Appended(long term, boolean success, long match, long round) implements Message {}

  /** A checkpoint of the leader, as a folder that stays until it has been taken. */
  record Install(long term, long index, long indexTerm, Path folder, long round)
      implements Message {}

  /** A member's word on itself. */
  record Greeting(Hello hello) implements Message {}

  /** An entry for the log, from a node that does not lead. */
  record Forward(long id, ByteString entry) implements Message {}

  record Forwarded(long id, End end) implements Message {}

  record AskIndex(long id) implements Message {}

  /**
   * @param index -1: whoever was asked could not prove to lead
   */
  record Index(long id, long index) implements Message {}

  /** How an append ended. */
  enum End {
    APPLIED,
    NOT_SENT,
    UNKNOWN
  }

  /**
   * One place of the log.
   *
   * @param data null: the first entry of a leader
   */
  record LogEntry(long term, @Nullable ByteString data) {}
}
