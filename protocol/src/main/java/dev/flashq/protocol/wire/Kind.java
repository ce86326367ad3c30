package dev.flashq.protocol.wire;

/** What sort of value comes next. JSON has no BINARY and no EXTENSION. */
public enum Kind {
  NULL,
  BOOLEAN,
  NUMBER,
  STRING,
  BINARY,
  EXTENSION,
  ARRAY,
  MAP
}
