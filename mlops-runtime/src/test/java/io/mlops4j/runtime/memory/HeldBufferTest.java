package io.mlops4j.runtime.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.fixture.DependsOnJava;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.arrow.memory.AllocationListener;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.RootAllocator;
import org.junit.jupiter.api.Test;

@DependsOnJava
class HeldBufferTest {
  private final DirectMemory memory = new DirectMemory();
  private final long address = memory.allocateForCall(64);
  private final AtomicInteger released = new AtomicInteger();

  private void release() {
    released.incrementAndGet();
  }

  @Test
  void memoryIsReleasedWithTheLastReference() {
    try (RootAllocator allocator = new RootAllocator()) {
      ArrowBuf buffer = HeldBuffer.wrap(allocator, address, 64, this::release);
      assertThat(released).hasValue(0);
      buffer.close();
    }
    assertThat(released).hasValue(1);
    memory.free(address);
  }

  @Test
  void memoryIsReleasedOnceIfTheLimitIsReached() {
    try (RootAllocator allocator = new RootAllocator(32)) {
      assertThatThrownBy(() -> HeldBuffer.wrap(allocator, address, 64, this::release))
          .isInstanceOf(OutOfMemoryException.class);
    }
    assertThat(released).hasValue(1);
    memory.free(address);
  }

  @Test
  void memoryIsReleasedOnceIfAListenerThrows() {
    AllocationListener throwing =
        new AllocationListener() {
          @Override
          public void onAllocation(long size) {
            throw new IllegalStateException("planted");
          }
        };
    RootAllocator allocator = new RootAllocator(throwing, Long.MAX_VALUE);
    assertThatThrownBy(() -> HeldBuffer.wrap(allocator, address, 64, this::release))
        .hasMessage("planted");
    assertThat(released).hasValue(1);
    memory.free(address);
  }
}
