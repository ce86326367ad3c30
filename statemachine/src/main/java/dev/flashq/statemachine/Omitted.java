package dev.flashq.statemachine;

/**
 * What a view leaves out because it is larger than {@link dev.flashq.protocol.Limits#INLINE_BYTES}:
 * so that what waits to be written takes little memory, it is asked for with {@link
 * Query.GetPayloads} when there is room for it.
 *
 * @param data bytes of the job's data; 0: nothing is left out
 * @param result bytes of its result
 */
public record Omitted(int data, int result) {
  public static final Omitted NONE = new Omitted(0, 0);
}
