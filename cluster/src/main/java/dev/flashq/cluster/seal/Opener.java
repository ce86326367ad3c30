package dev.flashq.cluster.seal;

import com.google.protobuf.ByteString;
import dev.flashq.statemachine.JobPart;
import dev.flashq.statemachine.JobView;
import dev.flashq.statemachine.Payload;
import dev.flashq.statemachine.Query;
import dev.flashq.statemachine.Reply;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Opens what is in answers, on the node that gives them. Fails with {@link
 * dev.flashq.statemachine.RefusedException} when this node has no key; what nobody can read any
 * more is left out, and the job says so.
 */
public final class Opener {
  /** Weight of what is sealed up to which an answer is opened where it arrives. */
  private static final long SMALL_BYTES = 64 * 1024;

  /** What it costs to open one text, in bytes that could be opened meanwhile. */
  private static final long EACH = 2 * 1024;

  private final Sealing sealing;

  public Opener(Sealing sealing) {
    this.sealing = sealing;
  }

  /** Whether opening it takes a while. */
  public static boolean isLarge(Reply reply) {
    if (!(reply instanceof Reply.Delivered(List<JobView> jobs))) {
      return false;
    }
    long bytes = 0;
    for (JobView job : jobs) {
      bytes += job.data() != null && job.data().isSealed() ? weight(job.data().bytes()) : 0;
      bytes += weight(job.sealed().error()) + weight(job.sealed().message());
    }
    return bytes > SMALL_BYTES;
  }

  private static long weight(@Nullable ByteString sealed) {
    return sealed == null ? 0 : EACH + sealed.size();
  }

  public Reply opened(Reply reply) {
    return reply instanceof Reply.Delivered(List<JobView> jobs)
        ? new Reply.Delivered(opened(jobs))
        : reply;
  }

  /** The answer to a question. */
  @SuppressWarnings("unchecked") // An answer is opened to one of its own kind.
  public <R> R opened(R answer) {
    return (R)
        switch (answer) {
          case Query.Found(JobView job) when job != null && job.isSealed() ->
              new Query.Found(opened(job));
          case Query.Page page -> new Query.Page(opened(page.jobs()), page.total(), page.next());
          case Query.Finished finished -> opened(finished);
          case Query.Payloads payloads -> opened(payloads);
          default -> answer;
        };
  }

  private List<JobView> opened(List<JobView> jobs) {
    return jobs.stream().anyMatch(JobView::isSealed)
        ? jobs.stream().map(this::opened).toList()
        : jobs;
  }

  private Query.Finished opened(Query.Finished finished) {
    Payload result = finished.result();
    JobView from = finished.from();
    if (result != null && result.isSealed()) {
      Payload clear = sealing.open(JobPart.RESULT, result);
      result = clear == null ? Payload.NULL : clear;
    }
    return new Query.Finished(result, from == null ? null : opened(from));
  }

  private Query.Payloads opened(Query.Payloads payloads) {
    var opened = new LinkedHashMap<Query.Part, Payload>();
    var unreadable = new ArrayList<Query.Part>(0);
    payloads
        .found()
        .forEach(
            (part, payload) -> {
              Payload clear =
                  payload.isSealed()
                      ? sealing.open(part.result() ? JobPart.RESULT : JobPart.DATA, payload)
                      : payload;
              if (clear == null) {
                unreadable.add(part);
              }
              opened.put(part, clear == null ? Payload.NULL : clear);
            });
    return new Query.Payloads(opened, unreadable);
  }

  private JobView opened(JobView job) {
    return job.isSealed() ? new Opening().of(job) : job;
  }

  /** Of one job. */
  private final class Opening {
    private boolean gone;

    JobView of(JobView job) {
      Payload data = payload(JobPart.DATA, job.data());
      Payload result = payload(JobPart.RESULT, job.result());
      String error = text(JobPart.ERROR, job.sealed().error(), job.error());
      String message = text(JobPart.MESSAGE, job.sealed().message(), job.progressMessage());
      return job.opened(data, result, error, message, gone);
    }

    private @Nullable Payload payload(JobPart part, @Nullable Payload payload) {
      if (payload == null || !payload.isSealed()) {
        return payload;
      }
      Payload clear = sealing.open(part, payload);
      gone |= clear == null;
      return clear == null ? Payload.NULL : clear;
    }

    private @Nullable String text(
        JobPart part, @Nullable ByteString sealed, @Nullable String otherwise) {
      if (sealed == null) {
        return otherwise;
      }
      Payload clear = sealing.open(part, new Payload(Payload.Encoding.SEALED, sealed));
      gone |= clear == null;
      return clear == null ? null : clear.bytes().toStringUtf8();
    }
  }
}
