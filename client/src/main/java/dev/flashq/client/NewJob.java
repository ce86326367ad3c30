package dev.flashq.client;

/** A job of a batch push. */
public record NewJob(Data data, PushOptions options) {
  public NewJob(Data data) {
    this(data, PushOptions.DEFAULTS);
  }
}
