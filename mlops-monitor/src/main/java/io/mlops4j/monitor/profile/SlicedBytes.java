package io.mlops4j.monitor.profile;

import io.mlops4j.monitor.profile.internal.BinaryFrame;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Writes and reads the binary form that {@link SlicedProfile#toBytes} describes. */
final class SlicedBytes {
  private static final BinaryFrame FRAME =
      new BinaryFrame("sliced profile", 0x4d4c5053, 1, 1); // "MLPS"

  private SlicedBytes() {}

  static byte[] write(SortedMap<String, Profile> slices) {
    ByteArrayOutputStream payload = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(payload);
    try {
      out.writeInt(slices.size());
      for (Map.Entry<String, Profile> slice : slices.entrySet()) {
        put(out, slice.getKey().getBytes(StandardCharsets.UTF_8));
        put(out, slice.getValue().toBytes());
      }
    } catch (IOException e) {
      throw new UncheckedIOException("memory does not fail", e);
    }
    return FRAME.around(payload.toByteArray());
  }

  private static void put(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  static SortedMap<String, Profile> read(byte[] bytes) {
    FRAME.check(bytes);
    ByteBuffer in = FRAME.payload(bytes);
    try {
      return slices(in);
    } catch (BufferUnderflowException e) {
      throw FRAME.damaged("a slice is longer than the bytes", e);
    }
  }

  private static SortedMap<String, Profile> slices(ByteBuffer in) {
    int size = in.getInt();
    TreeMap<String, Profile> slices = new TreeMap<>();
    Profile whole = null;
    for (int i = 0; i < size; i++) {
      String name = name(take(in));
      if (!slices.isEmpty() && slices.lastKey().compareTo(name) >= 0) {
        throw FRAME.damaged("slices are not in the order of their names", null);
      }
      Profile profile = Profile.fromBytes(take(in));
      whole = whole == null ? profile : sum(whole, profile);
      slices.put(name, profile);
    }
    if (in.hasRemaining() || !slices.containsKey(SlicedProfile.OTHER)) {
      throw FRAME.damaged(
          "found %d slices and %d bytes more, expected one named %s and no more bytes"
              .formatted(slices.size(), in.remaining(), SlicedProfile.OTHER),
          null);
    }
    return slices;
  }

  private static String name(byte[] utf8) {
    String name = new String(utf8, StandardCharsets.UTF_8);
    if (!Arrays.equals(name.getBytes(StandardCharsets.UTF_8), utf8)) {
      throw FRAME.damaged("found a name that is not UTF-8", null);
    }
    return name;
  }

  private static byte[] take(ByteBuffer in) {
    int length = in.getInt();
    if (length < 0 || length > in.remaining()) {
      throw FRAME.damaged("found the length " + length, null);
    }
    byte[] bytes = new byte[length];
    in.get(bytes);
    return bytes;
  }

  private static Profile sum(Profile one, Profile other) {
    try {
      return one.merge(other);
    } catch (IllegalArgumentException e) {
      throw FRAME.damaged("slices have different columns or bins", e);
    } catch (ArithmeticException e) {
      throw FRAME.damaged("counts leave the range of a long", e);
    }
  }
}
