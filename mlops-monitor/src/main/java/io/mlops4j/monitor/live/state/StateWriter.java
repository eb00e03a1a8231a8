package io.mlops4j.monitor.live.state;

import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.monitor.profile.internal.BinaryFrame;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.rollout.Evidence;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes state that {@link StateReader} reads. Equal state gives equal bytes if the caller writes
 * maps in an order that belongs to the state, for example sorted. Not thread safe.
 */
public final class StateWriter {
  static final byte UTF_8 = 0;
  static final byte UTF_16 = 1;

  private final BinaryFrame frame;
  private final Map<ServedBy, Integer> versions = new HashMap<>();
  private ByteBuffer out = ByteBuffer.allocate(64);

  /**
   * @param frame the kind of state
   */
  public StateWriter(BinaryFrame frame) {
    this.frame = frame;
  }

  public StateWriter put(boolean value) {
    return put((byte) (value ? 1 : 0));
  }

  public StateWriter put(byte value) {
    room(Byte.BYTES).put(value);
    return this;
  }

  public StateWriter put(short value) {
    room(Short.BYTES).putShort(value);
    return this;
  }

  public StateWriter put(int value) {
    room(Integer.BYTES).putInt(value);
    return this;
  }

  public StateWriter put(long value) {
    room(Long.BYTES).putLong(value);
    return this;
  }

  /** Writes a number; every NaN is the same. */
  public StateWriter put(double value) {
    return put(Double.doubleToLongBits(value));
  }

  /** Writes bytes with their length. */
  public StateWriter put(byte[] bytes) {
    put(bytes.length);
    room(bytes.length).put(bytes);
    return this;
  }

  public StateWriter put(double[] values) {
    put(values.length);
    for (double value : values) {
      put(value);
    }
    return this;
  }

  public StateWriter put(long[] values) {
    put(values.length);
    for (long value : values) {
      put(value);
    }
    return this;
  }

  /** Writes numbers without their length. */
  public StateWriter put(short[] values) {
    for (short value : values) {
      put(value);
    }
    return this;
  }

  /** Writes a text. One with surrogates is written as it is, because single ones have no UTF-8. */
  public StateWriter put(String text) {
    boolean simple = true;
    for (int i = 0; i < text.length(); i++) {
      simple &= !Character.isSurrogate(text.charAt(i));
    }
    return put(simple ? UTF_8 : UTF_16)
        .put(simple ? text.getBytes(StandardCharsets.UTF_8) : utf16(text));
  }

  /** Writes the code units, because an encoder replaces single surrogates. */
  private static byte[] utf16(String text) {
    ByteBuffer units = ByteBuffer.allocate(Math.multiplyExact(2, text.length()));
    units.asCharBuffer().put(text);
    return units.array();
  }

  public StateWriter put(Instant time) {
    return put(time.getEpochSecond()).put(time.getNano());
  }

  /** Writes the name of a constant, so that constants may be added anywhere. */
  public StateWriter put(Enum<?> constant) {
    return put(constant.name());
  }

  /** Writes a version; in full only the first time. */
  public StateWriter put(ServedBy version) {
    Integer known = versions.putIfAbsent(version, versions.size());
    if (known != null) {
      return put(known.intValue());
    }
    put(versions.size() - 1);
    put(version.model()).put(version.digest());
    optional(version.version().orElse(null), StateWriter::put);
    optional(version.alias().orElse(null), StateWriter::put);
    put(version.engine());
    optional(version.fallback().orElse(null), StateWriter::put);
    return each(version.members(), StateWriter::put);
  }

  private StateWriter put(ServedBy.Fallback fallback) {
    return put(fallback.reason()).put(fallback.instead());
  }

  private StateWriter put(Digest digest) {
    return put(digest.toString());
  }

  private StateWriter put(ModelVersion version) {
    return put(version.name()).put(version.number()).put(version.digest());
  }

  private StateWriter put(AliasRecord alias) {
    put(alias.model()).put(alias.alias()).put(alias.number());
    optional(alias.from(), StateWriter::put);
    optional(alias.to(), StateWriter::put);
    put(alias.change().actor()).put(alias.change().reason()).put(alias.at()).put(alias.clock());
    return optional(alias.previous(), StateWriter::put);
  }

  public StateWriter put(Evidence evidence) {
    return put(evidence.name()).put(evidence.measured()).put(evidence.bound()).put(evidence.text());
  }

  /** Writes texts in their order. */
  public StateWriter put(Set<String> texts) {
    return each(new TreeSet<>(texts), StateWriter::put);
  }

  /** Writes whether there is a value, and the value. */
  public <T> StateWriter optional(@Nullable T value, BiConsumer<StateWriter, T> write) {
    put(value != null);
    if (value != null) {
      write.accept(this, value);
    }
    return this;
  }

  /** Writes the number of values, and the values. */
  public <T> StateWriter each(Collection<T> values, BiConsumer<StateWriter, ? super T> write) {
    put(values.size());
    values.forEach(value -> write.accept(this, value));
    return this;
  }

  private ByteBuffer room(int bytes) {
    if (out.remaining() < bytes) {
      int needed = Math.addExact(out.position(), bytes);
      long doubled = Math.min(2L * out.capacity(), Integer.MAX_VALUE - 64);
      out = ByteBuffer.allocate((int) Math.max(needed, doubled)).put(out.flip());
    }
    return out;
  }

  /** Returns the framed state. */
  public byte[] toBytes() {
    return frame.around(out.array(), out.position());
  }
}
