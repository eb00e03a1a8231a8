package io.mlops4j.runtime.serving;

import io.mlops4j.inference.MicroBatching;
import io.mlops4j.runtime.serving.answer.ArrowMemory;
import io.mlops4j.runtime.serving.answer.LeakDetector;
import io.mlops4j.runtime.serving.batching.CallQueue;
import io.mlops4j.runtime.serving.batching.RowBatcher;
import io.mlops4j.runtime.serving.call.InnermostCalls;
import io.mlops4j.runtime.serving.threads.CpuTime;
import io.mlops4j.runtime.serving.threads.RuntimeThreads;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.apache.arrow.memory.BufferAllocator;
import org.jspecify.annotations.Nullable;

/**
 * The parts of a runtime that the calls of all its models share. Thread safe.
 *
 * @param arrow the Arrow memory
 * @param queue the queue of micro-batching
 * @param clocks measures the processor time of threads; null if it is not measured
 * @param clock the time for the age of collected rows, in nanoseconds
 * @param inside the calls that the current thread runs inside
 * @param outer the call of a composition that the current thread runs
 * @param rejected counts calls that are rejected before a model is called
 * @param abandonedRuns counts runs of all models that continue although their call has ended
 * @param process a random number that distinguishes this runtime's predictions from others
 * @param calls the number of the next call
 */
record CallContext(
    ArrowMemory arrow,
    RuntimeThreads threads,
    CallQueue queue,
    @Nullable ThreadMXBean clocks,
    LongSupplier clock,
    LeakDetector leaks,
    InnermostCalls inside,
    OuterCalls outer,
    LongAdder rejected,
    AtomicInteger abandonedRuns,
    long process,
    AtomicLong calls) {

  static CallContext create(RuntimeSettings settings, LongSupplier clock) {
    RuntimeThreads threads = new RuntimeThreads(settings.processors());
    return new CallContext(
        new ArrowMemory(),
        threads,
        new CallQueue(settings.processors(), threads.workers()),
        settings.cpuTime() ? threadClocks() : null,
        clock,
        new LeakDetector(),
        new InnermostCalls(),
        new OuterCalls(),
        new LongAdder(),
        new AtomicInteger(),
        new SecureRandom().nextLong(),
        new AtomicLong());
  }

  /** Null where Java cannot measure the processor time of threads. */
  private static @Nullable ThreadMXBean threadClocks() {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    return threads.isCurrentThreadCpuTimeSupported() && threads.isThreadCpuTimeEnabled()
        ? threads
        : null;
  }

  /**
   * Batches the calls of a model; measures whether that pays unless the limits say otherwise.
   *
   * @param inThread whether the thread that answers calls runs the model
   */
  <I, O> RowBatcher<I, O> batcher(
      MicroBatching limits,
      boolean inThread,
      RowBatcher.Asker<I, O> asker,
      Function<I, Object> shape,
      IntSupplier asking,
      RowBatcher.Refusals refusals) {
    return new RowBatcher<>(
        limits,
        queue,
        asker,
        shape,
        asking,
        inThread ? CpuTime::ofThread : System::nanoTime,
        threads.deadlines(),
        threads.late(),
        refusals);
  }

  /** The processor time of one model; null if it is not measured. */
  @Nullable CpuTime cpuTime() {
    return clocks == null ? null : new CpuTime(clocks);
  }

  /** Returns the allocator of the Arrow memory, which is created now if it was not. */
  BufferAllocator allocator() {
    return arrow.allocator();
  }

  long nextCall() {
    return calls.getAndIncrement();
  }
}
