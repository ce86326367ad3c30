package dev.flashq.transport.wire;

import static dev.flashq.protocol.ErrorCode.BATCH_TOO_LARGE;
import static dev.flashq.protocol.ErrorCode.INVALID_REQUEST;
import static dev.flashq.protocol.Limits.JOBS_PER_COMMAND;
import static dev.flashq.protocol.Limits.require;

import dev.flashq.protocol.InvalidValueException;
import dev.flashq.protocol.option.PushOption;
import dev.flashq.protocol.wire.Kind;
import dev.flashq.protocol.wire.NameTable;
import dev.flashq.protocol.wire.ValueReader;
import dev.flashq.protocol.wire.WireException;
import dev.flashq.protocol.wire.WireField;
import dev.flashq.statemachine.Claim;
import dev.flashq.statemachine.Command.Ack;
import dev.flashq.statemachine.JobId;
import dev.flashq.statemachine.NewJob;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Reply.Refused;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests of one encoding in one pass, fields in any order. A wrong field does not end the
 * reading: the correlation id may come behind it, and an error that does not carry it is lost on
 * most clients.
 */
public final class RequestReader {
  private static final int COMMAND_SHOWN = 40;
  private static final byte[] NOTHING = new byte[0];

  private final Encoding encoding;
  private final ValueReader in;
  private final Request request = new Request();
  private final OptionFields itemOptions = new OptionFields();

  public RequestReader(Encoding encoding) {
    this.encoding = encoding;
    this.in = encoding.reader();
  }

  /**
   * Reads one request. The answer is the same object every time; job data keeps pointing into the
   * bytes.
   */
  public Request read(byte[] bytes, int from, int to) {
    request.reset();
    in.open(bytes, from, to);
    try {
      in.beginMap();
      for (int name = in.nextKey(Field.NAMES);
          name != ValueReader.END;
          name = in.nextKey(Field.NAMES)) {
        field(Field.at(name));
      }
      in.finish();
    } catch (WireException e) {
      request.unreadable(encoding.errorPrefix() + e.sentence());
    }
    return request;
  }

  /** Lets go of the bytes that were read last: an idle connection must not keep a large request. */
  public void forget() {
    request.reset();
    in.open(NOTHING, 0, 0);
  }

  private void field(WireField field) {
    int position = in.position();
    int depth = in.depth();
    try {
      value(field);
    } catch (WireException e) {
      request.fail(
          field, INVALID_REQUEST, "Invalid field " + field.wireName() + ": " + e.sentence());
      passOver(position, depth);
    } catch (InvalidValueException e) {
      request.fail(field, e.code(), e.sentence());
      passOver(position, depth);
    }
  }

  /** Goes on behind a value that could not be used. */
  private void passOver(int position, int depth) {
    in.rewind(position, depth);
    try {
      in.skip();
    } catch (WireException e) {
      request.unreadable(encoding.errorPrefix() + e.sentence());
      in.rewind(position, depth);
      in.skipLoosely();
    }
  }

  private void value(WireField field) {
    if (field == Field.OTHER) {
      in.skip();
    } else if (field == Field.DATA) {
      request.data = Values.payload(in, encoding);
    } else if (field == Field.EQUALS) {
      // A null is a value here.
      request.equalTo = Values.payload(in, encoding);
    } else if (in.kind() == Kind.NULL) {
      in.nil();
    } else if (field instanceof PushOption option) {
      request.options.read(option, in);
    } else {
      ofTheRequest((Field) field);
    }
  }

  private void ofTheRequest(Field field) {
    switch (field) {
      case CMD -> command();
      case REQ_ID -> request.reqId = Values.correlation(in);
      case QUEUE -> request.queue = in.string();
      case RESULT -> request.result = Values.payload(in, encoding);
      case ID -> request.id = Values.id(in);
      case IDS -> request.ids = Values.ids(in);
      case JOBS -> request.jobs = batch();
      case ACKS -> request.acks = acks();
      case LEASE -> request.lease = in.integer();
      case COUNT -> request.count = in.integer();
      case ERROR -> request.error = in.string();
      case PROGRESS -> request.progress = in.number();
      case MESSAGE -> request.message = in.string();
      case LIMIT -> limit();
      case OFFSET -> request.offset = in.integer();
      case STATE -> request.state = in.string();
      case GRACE -> request.graceMs = in.integer();
      case TOKEN -> request.token = in.string();
      case REQUEST_ID -> request.requestId = in.string();
      case CLIENT_ID -> request.clientId = in.string();
      case CLIENT_SEQ -> request.clientSequence = in.integer();
      case CLIENT_SETTLED -> request.clientSettled = in.integer();
      case NAME -> request.name = in.string();
      case ROLES -> request.roles = AccessFields.texts(in);
      case EXPIRES -> request.expiresMs = in.integer();
      case OVERLAP -> request.overlapMs = in.integer();
      case QUEUES -> request.queues = AccessFields.texts(in);
      case OPERATIONS -> request.operations = AccessFields.operations(in);
      case DENY -> request.deny = AccessFields.permissions(in);
      case TOKEN_NAME -> request.tokenName = in.string();
      case OP -> request.operation = in.string();
      case TYPE -> request.type = in.string();
      case PUSHES -> request.pushes = AccessFields.pushes(in);
      case LIMITS -> request.useLimits = AccessFields.useLimits(in);
      case FROM -> request.fromMs = in.integer();
      case TO -> request.toMs = in.integer();
      case USER -> request.user = in.string();
      case ACTION -> request.action = in.string();
      case SUCCESS -> request.success = in.bool();
      case CURSOR -> request.cursor = in.string();
      case RULES -> request.rules = AuditFields.rules(in);
      case KEEP -> request.keepMs = in.integer();
      case KEEP_BYTES -> request.keepBytes = in.integer();
      case SCHEMA -> request.schema = Values.payload(in, encoding);
      case MODE -> request.mode = in.string();
      case ENCRYPTED_ONLY -> request.encryptedOnly = in.bool();
      case FORBIDDEN_FIELDS -> request.forbiddenFields = AccessFields.texts(in);
      case NO_CARD_NUMBERS -> request.noCardNumbers = in.bool();
      case NO_NAMES -> request.noNames = in.bool();
      case COMPLETED_AGE -> request.completedAge = in.integer();
      case COMPLETED_COUNT -> request.completedCount = in.integer();
      case DEAD_AGE -> request.deadAge = in.integer();
      case DEAD_COUNT -> request.deadCount = in.integer();
      case FIELD -> request.field = in.string();
      case SET -> request.set = ErasureRequests.edits(in, encoding);
      case DELETE -> request.delete = AccessFields.texts(in);
      case STATES -> request.states = AccessFields.texts(in);
      case DRY_RUN -> request.dryRun = in.bool();
      case MAX_BYTES -> request.maxBytes = in.integer();
      case WHEN_FULL -> request.whenFull = AuditFields.whenFull(in.string());
      default -> in.skip();
    }
  }

  private void command() {
    int position = in.position();
    request.unknownCommand = null;
    int number = in.keyword(Cmd.NAMES);
    request.cmd = Cmd.at(number);
    if (number == NameTable.UNKNOWN) {
      in.rewind(position, in.depth());
      String name = in.string();
      request.unknownCommand =
          name.length() <= COMMAND_SHOWN ? name : name.substring(0, COMMAND_SHOWN);
    }
  }

  private void limit() {
    if (in.kind() == Kind.MAP) {
      request.rateLimit = Values.rateLimit(in);
    } else {
      request.limit = in.integer();
    }
  }

  private Batch<NewJob> batch() {
    Batch<NewJob> batch = new Batch<>();
    in.beginArray();
    while (in.nextItem()) {
      require(
          batch.size() < JOBS_PER_COMMAND,
          BATCH_TOO_LARGE,
          "at most " + JOBS_PER_COMMAND + " jobs in one batch");
      item(batch);
    }
    return batch;
  }

  /** One job of a batch; what is wrong with it is its own matter as long as it is well-formed. */
  private void item(Batch<NewJob> batch) {
    int position = in.position();
    int depth = in.depth();
    try {
      batch.add(job());
    } catch (WireException e) {
      in.rewind(position, depth);
      in.skip();
      batch.fail(new Refused(INVALID_REQUEST, "Invalid job: " + e.sentence()));
    } catch (InvalidValueException e) {
      in.rewind(position, depth);
      in.skip();
      batch.fail(new Refused(e.code(), e.sentence()));
    }
  }

  private NewJob job() {
    itemOptions.reset();
    Payload data = Payload.NULL;
    in.beginMap();
    for (int name = in.nextKey(Field.NAMES);
        name != ValueReader.END;
        name = in.nextKey(Field.NAMES)) {
      WireField field = Field.at(name);
      if (field == Field.DATA) {
        data = Values.payload(in, encoding);
      } else if (in.kind() == Kind.NULL) {
        in.nil();
      } else if (field instanceof PushOption option) {
        itemOptions.read(option, in);
      } else {
        in.skip();
      }
    }
    return new NewJob(data, itemOptions.build());
  }

  private AckBatch acks() {
    AckBatch acks = new AckBatch();
    in.beginArray();
    while (in.nextItem()) {
      require(
          acks.size() < JOBS_PER_COMMAND,
          BATCH_TOO_LARGE,
          "at most " + JOBS_PER_COMMAND + " acks in one request");
      item(acks);
    }
    return acks;
  }

  /** One of a batch: a result that is too large is a matter of its job alone. */
  private void item(AckBatch acks) {
    int position = in.position();
    int depth = in.depth();
    try {
      acks.add(ack());
    } catch (InvalidValueException e) {
      in.rewind(position, depth);
      acks.fail(ackedJob(), new Refused(e.code(), e.sentence()));
    }
  }

  private JobId ackedJob() {
    @Nullable JobId id = null;
    in.beginMap();
    for (int name = in.nextKey(Field.NAMES);
        name != ValueReader.END;
        name = in.nextKey(Field.NAMES)) {
      if (Field.at(name) == Field.ID) {
        id = Values.id(in);
      } else {
        in.skip();
      }
    }
    return Request.present(id, Field.ID);
  }

  private Ack ack() {
    @Nullable JobId id = null;
    @Nullable Payload result = null;
    long lease = 0;
    in.beginMap();
    for (int name = in.nextKey(Field.NAMES);
        name != ValueReader.END;
        name = in.nextKey(Field.NAMES)) {
      WireField field = Field.at(name);
      if (in.kind() == Kind.NULL) {
        in.nil();
      } else if (field == Field.ID) {
        id = Values.id(in);
      } else if (field == Field.RESULT) {
        result = Values.payload(in, encoding);
      } else if (field == Field.LEASE) {
        lease = in.integer();
      } else {
        in.skip();
      }
    }
    return new Ack(new Claim(Request.present(id, Field.ID), lease), result);
  }
}
