package dev.flashq.transport.wire;

import static dev.flashq.transport.wire.JobWriter.flag;
import static dev.flashq.transport.wire.JobWriter.integer;
import static dev.flashq.transport.wire.JobWriter.text;

import com.google.protobuf.ByteString;
import dev.flashq.protocol.wire.ValueWriter;
import dev.flashq.statemachine.AuditAction;
import dev.flashq.statemachine.AuditPolicy;
import dev.flashq.statemachine.AuditRecord;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.Query;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/** Answers about the audit trail: records have the fields of flashQ's guide. */
final class AuditShapes {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private AuditShapes() {}

  static void page(Query.AuditPage page, Answer answer) {
    ValueWriter out = answer.ok(3);
    Lists.items(out, Names.RECORDS, page.records(), AuditShapes::record);
    text(out, Names.CURSOR, page.nextMs() + "-" + page.next());
    flag(out, Names.MORE, page.more());
  }

  static void record(AuditRecord record, ValueWriter out) {
    boolean job = record.jobs().size() == 1;
    out.beginMap(
        6
            + (job ? 1 : 0)
            + (record.user().isEmpty() ? 0 : 1)
            + (record.address().isEmpty() ? 0 : 1));
    integer(out, Names.NUMBER, record.number());
    text(out, Names.TIMESTAMP, TIME.format(Instant.ofEpochMilli(record.atMs())));
    text(out, Names.ACTION, record.action().word());
    text(out, Names.QUEUE, record.queue());
    if (job) {
      text(out, Names.JOB_ID, record.jobs().getFirst().toString());
    }
    if (!record.user().isEmpty()) {
      text(out, Names.USER_ID, record.user());
    }
    if (!record.address().isEmpty()) {
      text(out, Names.IP, record.address());
    }
    flag(out, Names.SUCCESS, record.refused() == null);
    details(record, out);
    out.endMap();
  }

  private static void details(AuditRecord record, ValueWriter out) {
    boolean batch = record.jobs().size() > 1;
    out.key(Names.DETAILS);
    out.beginMap(
        1
            + (batch ? 1 : 0)
            + (record.failed() > 0 ? 1 : 0)
            + (record.refused() == null ? 0 : 1)
            + (record.subject().isEmpty() ? 0 : 1));
    integer(out, Names.COUNT, record.count());
    if (batch) {
      out.key(Names.IDS);
      out.beginArray(record.jobs().size());
      record.jobs().stream().map(JobId::toString).forEach(out::string);
      out.endArray();
    }
    if (record.failed() > 0) {
      integer(out, Names.FAILED, record.failed());
    }
    if (record.refused() != null) {
      text(out, Names.CODE, record.refused().name());
    }
    if (!record.subject().isEmpty()) {
      text(out, Names.NAME, record.subject());
    }
    out.endMap();
  }

  static void jobs(Query.AuditPage page, Answer answer) {
    answer.ok(2).key(Names.JOBS);
    items(page, answer.out());
    integer(answer.out(), Names.TOTAL, page.next());
  }

  static void data(Query.AuditPage page, Answer answer) {
    answer.ok(1).key(Names.DATA);
    items(page, answer.out());
  }

  private static void items(Query.AuditPage page, ValueWriter out) {
    out.beginArray(page.records().size());
    for (AuditRecord record : page.records()) {
      out.beginMap(4);
      integer(out, Names.ID, record.number());
      text(out, Names.QUEUE, "audit:logs");
      text(out, Names.STATE, "completed");
      out.key(Names.DATA);
      record(record, out);
      out.endMap();
    }
    out.endArray();
  }

  static void blocks(Query.AuditBlocks page, Answer answer) {
    ValueWriter out = answer.ok(6);
    out.key(Names.BLOCKS);
    base64(page.blocks(), out);
    out.key(Names.HEADS);
    base64(page.heads(), out);
    text(out, Names.KEY, base64(page.key()));
    text(out, Names.HEAD, HexFormat.of().formatHex(page.head().toByteArray()));
    integer(out, Names.UNRECORDED, page.unrecorded());
    flag(out, Names.MORE, page.more());
  }

  private static void base64(List<ByteString> items, ValueWriter out) {
    out.beginArray(items.size());
    items.forEach(item -> out.string(base64(item)));
    out.endArray();
  }

  private static String base64(ByteString bytes) {
    return Base64.getEncoder().encodeToString(bytes.toByteArray());
  }

  static void policy(AuditPolicy policy, Answer answer) {
    ValueWriter out = answer.ok(4);
    Lists.items(out, Names.RULES, policy.rules(), AuditShapes::rule);
    integer(out, Names.KEEP, policy.keepMs());
    integer(out, Names.KEEP_BYTES, policy.keepBytes());
    text(out, Names.WHEN_FULL, policy.whenFull().name().toLowerCase(Locale.ROOT));
  }

  private static void rule(AuditPolicy.Rule rule, ValueWriter out) {
    out.beginMap(3);
    out.key(Names.ACTIONS);
    out.beginArray(rule.actions().size() + (rule.every() ? 1 : 0));
    rule.actions().stream().map(AuditAction::word).forEach(out::string);
    if (rule.every()) {
      out.string("*");
    }
    out.endArray();
    Lists.texts(out, Names.QUEUES, rule.queues());
    text(out, Names.RECORD, rule.scope().name().toLowerCase(Locale.ROOT));
    out.endMap();
  }
}
