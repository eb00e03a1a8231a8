package io.mlops4j.runtime.memory;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.apache.arrow.memory.util.MemoryUtil;

/**
 * Reads and writes memory by address, in the machine's byte order, without a JVM flag.
 *
 * <p>Nothing is checked: an address outside memory that is still allocated ends the process or
 * reads another value. Callers check once per block, not once per element. A float or double
 * travels with its bits unchanged, NaN payloads included. Stateless; two threads may use it, but
 * not on the same bytes without synchronisation of their own.
 *
 * <p>Goes through Arrow's public statics, because {@code sun.misc.Unsafe} itself does not compile
 * without a warning, and through raw bits, because Arrow offers integers only; the JIT compiles
 * both to one instruction.
 */
public final class Native {
  private Native() {}

  /**
   * Reads one byte.
   *
   * @param address where
   * @return the value
   */
  public static byte getByte(long address) {
    return MemoryUtil.getByte(address);
  }

  /**
   * Writes one byte.
   *
   * @param address where
   * @param value the value
   */
  public static void putByte(long address, byte value) {
    MemoryUtil.putByte(address, value);
  }

  /**
   * Reads two bytes.
   *
   * @param address where
   * @return the value
   */
  public static short getShort(long address) {
    return MemoryUtil.getShort(address);
  }

  /**
   * Writes two bytes.
   *
   * @param address where
   * @param value the value
   */
  public static void putShort(long address, short value) {
    MemoryUtil.putShort(address, value);
  }

  /**
   * Reads four bytes.
   *
   * @param address where
   * @return the value
   */
  public static int getInt(long address) {
    return MemoryUtil.getInt(address);
  }

  /**
   * Writes four bytes.
   *
   * @param address where
   * @param value the value
   */
  public static void putInt(long address, int value) {
    MemoryUtil.putInt(address, value);
  }

  /**
   * Reads eight bytes.
   *
   * @param address where
   * @return the value
   */
  public static long getLong(long address) {
    return MemoryUtil.getLong(address);
  }

  /**
   * Writes eight bytes.
   *
   * @param address where
   * @param value the value
   */
  public static void putLong(long address, long value) {
    MemoryUtil.putLong(address, value);
  }

  /**
   * Reads a float.
   *
   * @param address where
   * @return the value
   */
  public static float getFloat(long address) {
    return Float.intBitsToFloat(MemoryUtil.getInt(address));
  }

  /**
   * Writes a float.
   *
   * @param address where
   * @param value the value
   */
  public static void putFloat(long address, float value) {
    MemoryUtil.putInt(address, Float.floatToRawIntBits(value));
  }

  /**
   * Reads a double.
   *
   * @param address where
   * @return the value
   */
  public static double getDouble(long address) {
    return Double.longBitsToDouble(MemoryUtil.getLong(address));
  }

  /**
   * Writes a double.
   *
   * @param address where
   * @param value the value
   */
  public static void putDouble(long address, double value) {
    MemoryUtil.putLong(address, Double.doubleToRawLongBits(value));
  }

  /**
   * Copies memory to memory; the two may overlap.
   *
   * @param from where the first byte is read
   * @param to where the first byte is written
   * @param bytes how many, 0 or more
   */
  public static void copy(long from, long to, long bytes) {
    MemoryUtil.copyMemory(from, to, bytes);
  }

  /**
   * Copies from an array to memory.
   *
   * @param from the array
   * @param offset the first byte to read
   * @param to where the first byte is written
   * @param bytes how many
   * @throws IndexOutOfBoundsException if the array has fewer
   */
  public static void copy(byte[] from, int offset, long to, int bytes) {
    Objects.checkFromIndexSize(offset, bytes, from.length);
    MemoryUtil.copyToMemory(from, offset, to, bytes);
  }

  /**
   * Copies from memory to an array.
   *
   * @param from where the first byte is read
   * @param to the array
   * @param offset the first byte to write
   * @param bytes how many
   * @throws IndexOutOfBoundsException if the array has room for fewer
   */
  public static void copy(long from, byte[] to, int offset, int bytes) {
    Objects.checkFromIndexSize(offset, bytes, to.length);
    MemoryUtil.copyFromMemory(from, to, offset, bytes);
  }

  /**
   * Returns a buffer over memory that the caller owns, in the machine's byte order. Neither the
   * buffer nor its slices may be used once that memory is freed.
   *
   * @param address where the first byte lies
   * @param bytes how many, 0 or more
   * @return a new direct buffer
   */
  public static ByteBuffer buffer(long address, int bytes) {
    return ForeignBuffer.over(address, bytes);
  }

  /**
   * Sets every byte.
   *
   * @param address where the first byte lies
   * @param bytes how many
   * @param value the value of each
   */
  public static void fill(long address, long bytes, byte value) {
    MemoryUtil.setMemory(address, bytes, value);
  }
}
