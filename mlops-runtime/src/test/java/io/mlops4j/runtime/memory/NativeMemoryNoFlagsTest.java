package io.mlops4j.runtime.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NativeMemoryNoFlagsTest {

  private final DirectMemory memory = new DirectMemory();

  @ParameterizedTest
  @ValueSource(ints = {1, 8, 16, 64, 4096})
  void blocksAreAlignedZeroedAndOfTheirSize(int alignment) {
    for (long bytes : new long[] {0, 1, 63, 64, 65, 1000}) {
      long address = memory.allocate(bytes, alignment);
      assertThat(address % alignment).isZero();
      assertThat(memory.buffer(address, bytes).capacity()).isEqualTo(bytes);
      LongStream.range(0, bytes).forEach(i -> assertThat(Native.getByte(address + i)).isZero());
      memory.free(address);
    }
    assertThat(memory.bytes()).isZero();
  }

  @Test
  void addressAndBufferAreTheSameMemory() {
    long address = memory.allocate(64, DirectMemory.ALIGNMENT);
    ByteBuffer buffer = memory.buffer(address, 64);
    assertThat(buffer.isDirect()).isTrue();
    assertThat(buffer.order()).isEqualTo(ByteOrder.nativeOrder());
    Native.putByte(address, (byte) -7);
    Native.putShort(address + 2, (short) -1234);
    Native.putInt(address + 4, 0x12345678);
    Native.putLong(address + 8, 0x1122334455667788L);
    Native.putFloat(address + 16, Float.intBitsToFloat(0x7fa00001));
    Native.putDouble(address + 24, Math.PI);
    assertThat(buffer.get(0)).isEqualTo((byte) -7);
    assertThat(buffer.getShort(2)).isEqualTo((short) -1234);
    assertThat(buffer.getInt(4)).isEqualTo(0x12345678);
    assertThat(buffer.getLong(8)).isEqualTo(0x1122334455667788L);
    assertThat(buffer.getInt(16)).as("a signalling NaN keeps its bits").isEqualTo(0x7fa00001);
    assertThat(buffer.getDouble(24)).isEqualTo(Math.PI);
    buffer.put(32, (byte) 3).putShort(34, (short) 5).putInt(36, 7).putLong(40, 11);
    buffer.putFloat(48, 1.5f).putDouble(56, 2.5);
    assertThat(Native.getByte(address + 32)).isEqualTo((byte) 3);
    assertThat(Native.getShort(address + 34)).isEqualTo((short) 5);
    assertThat(Native.getInt(address + 36)).isEqualTo(7);
    assertThat(Native.getLong(address + 40)).isEqualTo(11);
    assertThat(Native.getFloat(address + 48)).isEqualTo(1.5f);
    assertThat(Native.getDouble(address + 56)).isEqualTo(2.5);
    memory.free(address);
  }

  @Test
  void aBufferOverAnAddressIsThatMemory() {
    long address = memory.allocate(64, DirectMemory.ALIGNMENT);
    Native.putInt(address + 4, 0x12345678);
    ByteBuffer buffer = Native.buffer(address + 4, 8);
    assertThat(buffer.isDirect()).isTrue();
    assertThat(buffer.order()).isEqualTo(ByteOrder.nativeOrder());
    assertThat(buffer.capacity()).isEqualTo(8);
    assertThat(buffer.remaining()).isEqualTo(8);
    assertThat(buffer.getInt()).isEqualTo(0x12345678);
    buffer.putInt(-5);
    assertThat(Native.getInt(address + 8)).isEqualTo(-5);
    assertThat(buffer.asFloatBuffer().capacity()).isZero();
    assertThat(buffer.rewind().asFloatBuffer().capacity()).isEqualTo(2);
    assertThatThrownBy(() -> buffer.get(8)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThat(Native.buffer(address, 0).capacity()).isZero();
    memory.free(address);
  }

  @Test
  void copiesAndFillsMoveExactlyTheirBytes() {
    long address = memory.allocate(32, DirectMemory.ALIGNMENT);
    Native.copy(new byte[] {9, 1, 2, 3, 9}, 1, address + 4, 3);
    Native.copy(address + 4, address + 8, 3);
    Native.fill(address + 16, 2, (byte) 7);
    byte[] all = new byte[22];
    Native.copy(address, all, 1, 20);
    assertThat(all)
        .containsExactly(0, 0, 0, 0, 0, 1, 2, 3, 0, 1, 2, 3, 0, 0, 0, 0, 0, 7, 7, 0, 0, 0);
    assertThatThrownBy(() -> Native.copy(all, 20, address, 3))
        .isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Native.copy(address, all, 20, 3))
        .isInstanceOf(IndexOutOfBoundsException.class);
    memory.free(address);
  }

  @Test
  void countFollowsEveryAllocationAndFree() {
    long first = memory.allocate(1000, 64);
    assertThat(memory.bytes()).isEqualTo(1063);
    long second = memory.allocate(10, 1);
    assertThat(memory.bytes()).isEqualTo(1073);
    assertThat(memory.blocks()).isEqualTo(2);
    memory.free(first);
    assertThat(memory.bytes()).isEqualTo(10);
    memory.free(second);
    assertThat(memory.bytes()).isZero();
    assertThat(memory.blocks()).isZero();
  }

  @Test
  void foreignAndFreedAddressesAreRefused() {
    long address = memory.allocate(8, 8);
    memory.free(address);
    assertThatThrownBy(() -> memory.free(address))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(Long.toHexString(address));
    assertThatThrownBy(() -> memory.buffer(address, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(memory.bytes()).isZero();
  }

  @Test
  void sizesAndAlignmentsOutOfBoundsAreRefused() {
    assertThatThrownBy(() -> memory.allocate(-1, 8)).hasMessageContaining("found -1");
    assertThatThrownBy(() -> memory.allocate(1L << 31, 1)).hasMessageContaining("2147483647");
    assertThatThrownBy(() -> memory.allocate(8, 24)).hasMessageContaining("power of two");
    assertThatThrownBy(() -> memory.allocate(8, 0)).hasMessageContaining("power of two");
    long address = memory.allocate(8, 8);
    assertThatThrownBy(() -> memory.buffer(address, 9)).hasMessageContaining("0 to 8");
    memory.free(address);
    assertThat(memory.bytes()).isZero();
  }

  @Test
  void manyThreadsLeaveTheCountAtZero() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        all.add(threads.submit(this::allocateAndFree));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } finally {
      threads.shutdown();
    }
    assertThat(memory.bytes()).isZero();
  }

  private void allocateAndFree() {
    for (int i = 0; i < 500; i++) {
      long address = memory.allocate(i, 64);
      memory.buffer(address, i);
      memory.free(address);
    }
  }

  @Test
  void freedMemoryGoesBackAtOnce() {
    long before = jvmDirectBytes();
    long address = memory.allocate(64 << 20, DirectMemory.ALIGNMENT);
    assertThat(jvmDirectBytes() - before).isGreaterThanOrEqualTo(64 << 20);
    memory.free(address);
    assertThat(jvmDirectBytes() - before).isLessThan(1 << 20);
  }

  private static long jvmDirectBytes() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .mapToLong(BufferPoolMXBean::getMemoryUsed)
        .sum();
  }
}
