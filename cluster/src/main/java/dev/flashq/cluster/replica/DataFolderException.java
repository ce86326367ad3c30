package dev.flashq.cluster.replica;

/** A data folder that this node must not use; the message is a sentence for the operator. */
public final class DataFolderException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DataFolderException(String sentence) {
    super(sentence);
  }
}
