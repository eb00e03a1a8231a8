package io.mlops4j.runtime.serving;

import io.mlops4j.inference.MicroBatching;
import io.mlops4j.runtime.serving.batching.CallQueue;
import io.mlops4j.runtime.serving.batching.RowBatcher;
import io.mlops4j.runtime.serving.threads.CpuTime;
import io.mlops4j.runtime.serving.threads.RuntimeThreads;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.security.SecureRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;

/**
 * What the calls of all models of one runtime share: Arrow memory, threads, the queue of
 * micro-batching, and counters. Thread safe.
 */
final class CallContext {
  private final BufferAllocator allocator = new RootAllocator();
  private final RuntimeThreads threads;
  private final CallQueue queue;
  private final @Nullable ThreadMXBean clocks;
  private final LongSupplier nanos;
  private final LeakDetector leaks = new LeakDetector();
  private final InnermostCalls inside = new InnermostCalls();
  private final LongAdder rejected = new LongAdder();
  private final AtomicInteger abandonedRuns = new AtomicInteger();
  private final long process = new SecureRandom().nextLong();
  private final AtomicLong calls = new AtomicLong();

  CallContext(int threads, boolean cpuTime, LongSupplier nanos) {
    this.threads = new RuntimeThreads(threads);
    this.queue = new CallQueue(threads, this.threads.workers());
    this.clocks = cpuTime ? clocks() : null;
    this.nanos = nanos;
  }

  /** Null where Java cannot measure the processor time of threads. */
  private static @Nullable ThreadMXBean clocks() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return threads.isCurrentThreadCpuTimeSupported() && threads.isThreadCpuTimeEnabled()
        ? threads
        : null;
  }

  BufferAllocator allocator() {
    return allocator;
  }

  RuntimeThreads threads() {
    return threads;
  }

  Executor workers() {
    return threads.workers();
  }

  CallQueue queue() {
    return queue;
  }

  /** Batches the calls of a model; measures whether that pays unless the limits say otherwise. */
  <I, O> RowBatcher<I, O> batcher(
      MicroBatching limits,
      RowBatcher.Asker<I, O> asker,
      Function<I, Object> shape,
      IntSupplier asking,
      RowBatcher.Refusals refusals) {
    return new RowBatcher<>(
        limits, queue, asker, shape, asking, threads.deadlines(), threads.late(), refusals);
  }

  /** The processor time of one model; null if it is not measured. */
  @Nullable CpuTime cpuTime() {
    return clocks == null ? null : new CpuTime(clocks);
  }

  LeakDetector leaks() {
    return leaks;
  }

  /** The calls that the current thread is in. */
  InnermostCalls inside() {
    return inside;
  }

  /** Counts calls that are rejected before a model is called. */
  LongAdder rejected() {
    return rejected;
  }

  /** Runs of all models that go on although their call has ended. */
  AtomicInteger abandonedRuns() {
    return abandonedRuns;
  }

  /** The time for the age of collected rows; tests set it. */
  long nanos() {
    return nanos.getAsLong();
  }

  /** A random number that tells this runtime's predictions from those of others. */
  long process() {
    return process;
  }

  /** The number of a further call. */
  long nextCall() {
    return calls.getAndIncrement();
  }
}
