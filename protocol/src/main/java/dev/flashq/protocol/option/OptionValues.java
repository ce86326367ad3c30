package dev.flashq.protocol.option;

import static java.util.Objects.requireNonNull;

import java.util.Arrays;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Values of push options. What is not set reads as 0, false, null or an empty list. */
public abstract class OptionValues {
  /** By the option's place; null where it is not set. */
  private final @Nullable Object[] values;

  /** A bit for each option that is set, so that nobody has to look at the others. */
  private long set;

  /** Nothing is set. */
  protected OptionValues() {
    values = new Object[PushOption.ALL.size()];
  }

  protected OptionValues(OptionValues from) {
    values = from.values.clone();
    set = from.set;
  }

  /**
   * The value must be of the option's kind; null and what reads the same mean "not set". A list is
   * copied.
   */
  protected final void put(PushOption option, @Nullable Object value) {
    boolean unset =
        value == null
            || (value instanceof Long number && number == 0)
            || (value instanceof Boolean flag && !flag)
            || (value instanceof List<?> list && list.isEmpty());
    int place = option.ordinal();
    values[place] = unset ? null : value instanceof List<?> list ? List.copyOf(list) : value;
    set = unset ? set & ~(1L << place) : set | 1L << place;
  }

  protected final void takeAllBack() {
    if (set != 0) {
      Arrays.fill(values, null);
      set = 0;
    }
  }

  /** Refuses the first value that is beyond its limits. */
  public final void check() {
    forEach(PushOption::check);
  }

  public final boolean isEmpty() {
    return set == 0;
  }

  public final boolean isSet(PushOption option) {
    return (set & 1L << option.ordinal()) != 0;
  }

  /** Tells of every option that is set, in their order. */
  public final void forEach(BiConsumer<PushOption, Object> action) {
    for (long left = set; left != 0; left &= left - 1) {
      int place = Long.numberOfTrailingZeros(left);
      action.accept(PushOption.ALL.get(place), requireNonNull(values[place]));
    }
  }

  public final long number(PushOption option) {
    return values[option.ordinal()] instanceof Long number ? number : 0;
  }

  public final boolean flag(PushOption option) {
    return values[option.ordinal()] != null;
  }

  public final @Nullable String text(PushOption option) {
    return (String) values[option.ordinal()];
  }

  public final List<String> texts(PushOption option) {
    return list(option);
  }

  @SuppressWarnings("unchecked") // The kind of the option says what is in its list.
  protected final <T> List<T> list(PushOption option) {
    Object list = values[option.ordinal()];
    return list == null ? List.of() : (List<T>) list;
  }

  @Override
  public final boolean equals(@Nullable Object other) {
    return this == other
        || (other != null
            && other.getClass() == getClass()
            && Arrays.equals(values, ((OptionValues) other).values));
  }

  @Override
  public final int hashCode() {
    return Arrays.hashCode(values);
  }

  /** The options that are set. */
  @Override
  public final String toString() {
    var text = new StringBuilder();
    forEach(
        (option, value) ->
            text.append(text.isEmpty() ? "" : ", ").append(option).append('=').append(value));
    return "[" + text + "]";
  }
}
