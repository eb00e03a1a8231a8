package io.mlops4j.runtime.memory;

import java.nio.ByteBuffer;
import java.util.Objects;
import org.apache.arrow.memory.util.MemoryUtil;

/**
 * Reads and writes memory by address, in the machine's byte order, without a JVM flag.
 *
 * <p>Addresses are not checked: one outside allocated memory ends the process or reads another
 * value. Callers check once for a block, not for each element. The bits of a float or double do not
 * change, even those of a NaN. Stateless. Two threads may use it, but not on the same bytes without
 * synchronisation.
 *
 * <p>It calls Arrow's public static methods, because {@code sun.misc.Unsafe} causes a warning, and
 * converts floats to bits, because Arrow only offers integers. The JIT compiles both to one
 * instruction.
 */
public final class Native {
  private Native() {}

  /**
   * Initialises Arrow's class, which sets up logging and formats a text. That takes longer than all
   * else that the first call of a process needs, and can be done while it waits.
   */
  public static void load() {
    int unused = MemoryUtil.getInt(new byte[Integer.BYTES], 0);
  }

  /**
   * Reads one byte.
   *
   * @param address the address of the first byte
   * @return the value
   */
  public static byte getByte(long address) {
    return MemoryUtil.getByte(address);
  }

  /**
   * Writes one byte.
   *
   * @param address the address of the first byte
   * @param value the value
   */
  public static void putByte(long address, byte value) {
    MemoryUtil.putByte(address, value);
  }

  /**
   * Reads two bytes.
   *
   * @param address the address of the first byte
   * @return the value
   */
  public static short getShort(long address) {
    return MemoryUtil.getShort(address);
  }

  /**
   * Writes two bytes.
   *
   * @param address the address of the first byte
   * @param value the value
   */
  public static void putShort(long address, short value) {
    MemoryUtil.putShort(address, value);
  }

  /**
   * Reads four bytes.
   *
   * @param address the address of the first byte
   * @return the value
   */
  public static int getInt(long address) {
    return MemoryUtil.getInt(address);
  }

  /**
   * Writes four bytes.
   *
   * @param address the address of the first byte
   * @param value the value
   */
  public static void putInt(long address, int value) {
    MemoryUtil.putInt(address, value);
  }

  /**
   * Reads eight bytes.
   *
   * @param address the address of the first byte
   * @return the value
   */
  public static long getLong(long address) {
    return MemoryUtil.getLong(address);
  }

  /**
   * Writes eight bytes.
   *
   * @param address the address of the first byte
   * @param value the value
   */
  public static void putLong(long address, long value) {
    MemoryUtil.putLong(address, value);
  }

  /**
   * Reads a float.
   *
   * @param address the address of the first byte
   * @return the value
   */
  public static float getFloat(long address) {
    return Float.intBitsToFloat(MemoryUtil.getInt(address));
  }

  /**
   * Writes a float.
   *
   * @param address the address of the first byte
   * @param value the value
   */
  public static void putFloat(long address, float value) {
    MemoryUtil.putInt(address, Float.floatToRawIntBits(value));
  }

  /**
   * Reads a double.
   *
   * @param address the address of the first byte
   * @return the value
   */
  public static double getDouble(long address) {
    return Double.longBitsToDouble(MemoryUtil.getLong(address));
  }

  /**
   * Writes a double.
   *
   * @param address the address of the first byte
   * @param value the value
   */
  public static void putDouble(long address, double value) {
    MemoryUtil.putLong(address, Double.doubleToRawLongBits(value));
  }

  /**
   * Copies memory to memory; the ranges may overlap.
   *
   * @param from the address of the first byte to read
   * @param to the address of the first byte to write
   * @param bytes the number of bytes, 0 or more
   */
  public static void copy(long from, long to, long bytes) {
    MemoryUtil.copyMemory(from, to, bytes);
  }

  /**
   * Copies from an array to memory.
   *
   * @param from the array
   * @param offset the first index to read
   * @param to the address of the first byte to write
   * @param bytes the number of bytes, 0 or more
   * @throws IndexOutOfBoundsException if the range exceeds the array
   */
  public static void copy(byte[] from, int offset, long to, int bytes) {
    Objects.checkFromIndexSize(offset, bytes, from.length);
    MemoryUtil.copyToMemory(from, offset, to, bytes);
  }

  /**
   * Copies from memory to an array.
   *
   * @param from the address of the first byte to read
   * @param to the array
   * @param offset the first index to write
   * @param bytes the number of bytes, 0 or more
   * @throws IndexOutOfBoundsException if the range exceeds the array
   */
  public static void copy(long from, byte[] to, int offset, int bytes) {
    Objects.checkFromIndexSize(offset, bytes, to.length);
    MemoryUtil.copyFromMemory(from, to, offset, bytes);
  }

  /**
   * Returns the address of a direct buffer's first byte.
   *
   * @param direct a direct buffer; its position does not matter
   * @return the address
   */
  public static long address(ByteBuffer direct) {
    return BufferAccess.address(direct);
  }

  /**
   * Returns a buffer over memory that the caller owns, in the machine's byte order. Do not use the
   * buffer or its slices after that memory is freed.
   *
   * @param address the address of the first byte
   * @param bytes the number of bytes, 0 or more
   * @return a new direct buffer
   */
  public static ByteBuffer buffer(long address, int bytes) {
    return BufferAccess.over(address, bytes);
  }

  /**
   * Sets every byte.
   *
   * @param address the address of the first byte
   * @param bytes the number of bytes, 0 or more
   * @param value the value of each
   */
  public static void fill(long address, long bytes, byte value) {
    MemoryUtil.setMemory(address, bytes, value);
  }
}
