package io.mlops4j.monitor.live.state;

import io.mlops4j.error.DataException;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.monitor.profile.internal.BinaryFrame;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import io.mlops4j.rollout.Evidence;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link StateWriter} wrote. No memory is allocated for a length that exceeds the bytes,
 * and every exception that bad bytes cause becomes a DataException. Not thread safe.
 */
public final class StateReader {
  private final BinaryFrame frame;
  private final ByteBuffer in;
  private final List<ServedBy> versions = new ArrayList<>();

  private StateReader(BinaryFrame frame, ByteBuffer in) {
    this.frame = frame;
    this.in = in;
  }

  /**
   * Reads framed state.
   *
   * @param body reads all of the content
   * @throws DataException if the bytes are damaged, of another kind, or of a newer version
   */
  public static <T> T read(BinaryFrame frame, byte[] bytes, Function<StateReader, T> body) {
    frame.check(bytes);
    StateReader in = new StateReader(frame, frame.payload(bytes));
    try {
      T state = body.apply(in);
      in.check(!in.in.hasRemaining(), in.in.remaining() + " bytes are left over");
      return state;
    } catch (DataException e) {
      throw e;
    } catch (RuntimeException e) { // underflow, or refused by the constructor of a value
      throw frame.damaged(String.valueOf(e.getMessage()), e);
    }
  }

  public void check(boolean right, String problem) {
    if (!right) {
      throw frame.damaged(problem, null);
    }
  }

  /** Skips the rest. */
  public void skip() {
    in.position(in.limit());
  }

  public boolean flag() {
    byte flag = in.get();
    check(flag == 0 || flag == 1, "found the flag " + flag);
    return flag == 1;
  }

  public byte int8() {
    return in.get();
  }

  public short int16() {
    return in.getShort();
  }

  public int int32() {
    return in.getInt();
  }

  public long int64() {
    return in.getLong();
  }

  /** Reads a whole number that is not negative. */
  public long count() {
    long count = in.getLong();
    check(count >= 0, "found the count " + count);
    return count;
  }

  public double number() {
    return in.getDouble();
  }

  /** Reads a number of elements that take at least some bytes each. */
  public int length(int fewestBytesEach) {
    int length = in.getInt();
    check(
        length >= 0 && (long) length * fewestBytesEach <= in.remaining(),
        "found the length " + length);
    return length;
  }

  /** The number of bytes that were not read. */
  public int remaining() {
    return in.remaining();
  }

  public byte[] bytes() {
    byte[] bytes = new byte[length(1)];
    in.get(bytes);
    return bytes;
  }

  public double[] numbers() {
    double[] values = new double[length(Double.BYTES)];
    for (int i = 0; i < values.length; i++) {
      values[i] = in.getDouble();
    }
    return values;
  }

  /** Reads as many numbers as the array has. */
  public void numbers(double[] into) {
    check(length(Double.BYTES) == into.length, "expected " + into.length + " numbers");
    for (int i = 0; i < into.length; i++) {
      into[i] = in.getDouble();
    }
  }

  public long[] counts() {
    long[] values = new long[length(Long.BYTES)];
    for (int i = 0; i < values.length; i++) {
      values[i] = count();
    }
    return values;
  }

  /** Reads as many counts as the array has. */
  public void counts(long[] into) {
    check(length(Long.BYTES) == into.length, "expected " + into.length + " counts");
    for (int i = 0; i < into.length; i++) {
      into[i] = count();
    }
  }

  public String text() {
    byte form = in.get();
    check(form == StateWriter.UTF_8 || form == StateWriter.UTF_16, "found the text form " + form);
    byte[] bytes = bytes();
    return form == StateWriter.UTF_8
        ? new String(bytes, StandardCharsets.UTF_8)
        : ByteBuffer.wrap(bytes).asCharBuffer().toString();
  }

  public Instant time() {
    long seconds = in.getLong();
    int nanos = in.getInt();
    check(nanos >= 0 && nanos < 1_000_000_000, "found " + nanos + " nanoseconds");
    return Instant.ofEpochSecond(seconds, nanos);
  }

  public <E extends Enum<E>> E constant(Class<E> type) {
    return Enum.valueOf(type, text());
  }

  public ServedBy servedBy() {
    int index = in.getInt();
    check(index >= 0 && index <= versions.size(), "found the version number " + index);
    if (index == versions.size()) {
      ServedBy whole =
          ServedBy.of(
              text(),
              digest(),
              optional(StateReader::modelVersion),
              optional(StateReader::alias),
              text());
      ServedBy.Fallback fallback = optional(StateReader::fallback);
      whole = fallback == null ? whole : whole.asFallback(fallback);
      versions.add(whole); // numbered before its members
      List<ServedBy> members = each(StateReader::servedBy);
      versions.set(index, members.isEmpty() ? whole : whole.withMembers(members));
    }
    return versions.get(index);
  }

  private ServedBy.Fallback fallback() {
    return new ServedBy.Fallback(constant(ServedBy.Reason.class), modelVersion());
  }

  private Digest digest() {
    return Digest.parse(text());
  }

  private ModelVersion modelVersion() {
    return new ModelVersion(text(), in.getInt(), digest());
  }

  private AliasRecord alias() {
    return new AliasRecord(
        text(),
        text(),
        in.getLong(),
        optional(StateReader::modelVersion),
        optional(StateReader::modelVersion),
        new Change(text(), text()),
        time(),
        time(),
        optional(StateReader::digest));
  }

  public Evidence evidence() {
    return new Evidence(text(), number(), number(), text());
  }

  public Set<String> texts() {
    return Set.copyOf(each(StateReader::text));
  }

  public <T> @Nullable T optional(Function<StateReader, T> read) {
    return flag() ? read.apply(this) : null;
  }

  /** Reads what {@link StateWriter#each} wrote, one after the other. */
  public void forEach(Consumer<StateReader> read) {
    for (int left = length(1); left > 0; left--) {
      read.accept(this);
    }
  }

  /** Reads what {@link StateWriter#each} wrote. */
  public <T> List<T> each(Function<StateReader, T> read) {
    int length = length(1);
    List<T> values = new ArrayList<>(); // grows with the values, not with the length
    for (int i = 0; i < length; i++) {
      values.add(read.apply(this));
    }
    return values;
  }
}
