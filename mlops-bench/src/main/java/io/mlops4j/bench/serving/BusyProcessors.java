package io.mlops4j.bench.serving;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * The load that keeps the processors busy for 70 % of the time with some callers. The processor
 * time of the process counts, with what it costs that threads wait for the time of their call: that
 * can be more than the call.
 */
final class BusyProcessors implements Load {
  private static final double SHARE = 0.7;
  private static final double SECONDS = 0.5;
  private static final int STEPS = 4;
  private static final double FIRST = 20_000;

  private final TimedCalls calls;
  private final LongSupplier cpu;
  private final double busy;
  private final double lead;
  private double nanosBetween = FIRST;

  /**
   * For all processors.
   *
   * @param lead the seconds of the load before the processor time is taken
   */
  BusyProcessors(int threads, Callers callers, double lead) throws Exception {
    this(
        threads,
        callers,
        lead,
        ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())::getProcessCpuTime,
        Runtime.getRuntime().availableProcessors());
  }

  /**
   * For some processors.
   *
   * @param lead the seconds of the load before the processor time is taken
   * @param cpu the processor time so far, in nanoseconds
   */
  BusyProcessors(int threads, Callers callers, double lead, LongSupplier cpu, int processors)
      throws Exception {
    this.calls = new TimedCalls(threads, callers);
    this.lead = lead;
    this.cpu = cpu;
    this.busy = SHARE * processors;
    for (int i = 1; i < STEPS; i++) {
      step();
    }
  }

  /** A machine is not always as fast, so this is another step. */
  @Override
  public double nanosBetween() throws Exception {
    step();
    return nanosBetween;
  }

  /**
   * A call costs more if callers wait longer, so the load at which a call costs what keeps the
   * processors busy is found step by step.
   */
  private void step() throws Exception {
    calls.ask(Poisson.times(nanosBetween, lead));
    calls.settle();
    long[] meant = Poisson.times(nanosBetween, SECONDS);
    long before = cpu.getAsLong();
    calls.ask(meant);
    calls.settle();
    nanosBetween = (cpu.getAsLong() - before) / (meant.length * busy);
  }

  @Override
  public void close() throws IOException {
    System.out.printf(Locale.ROOT, "# the load was a call each %.1f us%n", nanosBetween / 1e3);
    calls.close();
  }
}
