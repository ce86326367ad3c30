package dev.flashq.client.secure;

import dev.flashq.client.Data;
import dev.flashq.protocol.wire.WireException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Encrypts some fields of job data, of the top level alone: {@code ssn} becomes {@code
 * _encrypted_ssn} with an envelope of its value.
 */
public final class FieldCipher {
  public static final String PREFIX = "_encrypted_";

  /** The fields that flashQ's guide names. */
  public static final Set<String> USUAL_FIELDS = Set.of("ssn", "creditCard", "password", "apiKey");

  private final JobCipher cipher;
  private final Set<String> fields;

  public FieldCipher(JobCipher cipher, Set<String> fields) {
    this.cipher = cipher;
    this.fields = Set.copyOf(fields);
  }

  /**
   * The same data with these fields sealed.
   *
   * @throws IllegalArgumentException when it is no object, or has a field in both forms
   */
  public Data encrypt(Data data) {
    var sealed = new LinkedHashMap<String, Data>();
    for (Map.Entry<String, Data> field : fieldsOf(data).entrySet()) {
      boolean secret = fields.contains(field.getKey());
      String name = secret ? PREFIX + field.getKey() : field.getKey();
      Data value = secret ? cipher.encrypt(field.getValue()).toData() : field.getValue();
      putOnce(sealed, name, value);
    }
    return Data.ofFields(sealed);
  }

  private static Map<String, Data> fieldsOf(Data data) {
    try {
      return data.fields();
    } catch (WireException e) {
      throw new IllegalArgumentException("only of an object fields can be encrypted", e);
    }
  }

  private static void putOnce(Map<String, Data> fields, String name, Data value) {
    if (fields.put(name, value) != null) {
      throw new IllegalArgumentException(
          "the data has a field both sealed and in the clear; nothing was encrypted");
    }
  }

  /**
   * The data with every sealed field opened, whichever they are.
   *
   * @throws DecryptionException when one cannot be opened, or is there in both forms
   */
  public Data decrypt(Data data) {
    var opened = new LinkedHashMap<String, Data>();
    for (Map.Entry<String, Data> field : JobCipher.fields(data).entrySet()) {
      boolean sealed = field.getKey().startsWith(PREFIX);
      String name = sealed ? field.getKey().substring(PREFIX.length()) : field.getKey();
      Data value = sealed ? cipher.decrypt(Envelope.from(field.getValue())) : field.getValue();
      if (opened.put(name, value) != null) {
        throw new DecryptionException("the data has a field both sealed and in the clear");
      }
    }
    return Data.ofFields(opened);
  }
}
