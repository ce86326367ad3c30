package dev.flashq.rpc;

/** Where the answer to a call goes; once, by any thread. Is lost with the connection. */
public interface Answer {
  void send(Message message);

  /**
   * The call has failed.
   *
   * @param sentence for the log of whoever called; at most {@link #SENTENCE_CHARS} of it arrive
   */
  void fail(String sentence);

  int SENTENCE_CHARS = 300;
}
