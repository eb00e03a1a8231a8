package io.mlops4j.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.monitor.live.intake.ProcessorBudget;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A simulated thread in steps of ten milliseconds; no real time passes. */
class ProcessorBudgetTest {
  private static final long STEP = 10_000_000;
  private static final double CAPACITY = 250_000;

  private static final class Simulation {
    final ProcessorBudget budget;
    final List<Double> shares = new ArrayList<>();
    final List<Double> uses = new ArrayList<>();
    double chosen = 1;
    long now;
    double used;
    double sent;
    double handled;
    double waiting;
    double dropped;

    Simulation(double share) {
      budget = new ProcessorBudget(share);
      chosen = budget.look(0, 0, 0, 0, 1);
    }

    /**
     * Passes a time in which rows are sent at a rate.
     *
     * @param nanosOfRow the processor time of a row
     * @param other the use by other work, in processors
     */
    void pass(double seconds, double rowsPerSecond, double nanosOfRow, double other) {
      long end = now + (long) (seconds * 1e9);
      while (now < end) {
        double rows = rowsPerSecond * STEP / 1e9;
        double most = Math.max(0, 1 - other) * STEP / nanosOfRow; // of one thread
        double fits = Math.min(rows * chosen, CAPACITY - waiting + most);
        dropped += rows * chosen - fits;
        double done = Math.min(waiting + fits, most);
        waiting += fits - done;
        now += STEP;
        sent += rows;
        handled += done;
        used += done * nanosOfRow + other * STEP;
        chosen = budget.look(now, (long) used, (long) sent, (long) handled, 1 - waiting / CAPACITY);
        shares.add(chosen);
        uses.add((done * nanosOfRow + other * STEP) / STEP);
      }
    }

    double meanUse(int lastSteps) {
      return uses.subList(uses.size() - lastSteps, uses.size()).stream()
          .mapToDouble(Double::doubleValue)
          .average()
          .orElseThrow();
    }
  }

  @Test
  void aLoadBelowTheBudgetIsCountedWhole() {
    Simulation thread = new Simulation(0.1);
    thread.pass(60, 150_000, 500, 0); // 0.075 of a processor
    assertThat(thread.shares).allMatch(share -> share == 1);
  }

  @Test
  void aLoadAboveTheBudgetSettlesAtTheBudget() {
    Simulation thread = new Simulation(0.1);
    thread.pass(30, 4_000_000, 500, 0); // 2 processors: a twentieth can be counted
    assertThat(thread.chosen).isCloseTo(0.05, within(0.001));
    assertThat(thread.meanUse(500)).isCloseTo(0.1, within(0.002));
  }

  @Test
  void theShareOfASteadyLoadOnlyFallsAfterTheCreditIsSpent() {
    Simulation thread = new Simulation(0.2);
    thread.pass(40, 1_000_000, 700, 0);
    for (int i = 1; i < thread.shares.size(); i++) {
      assertThat(thread.shares.get(i))
          .as("step %d", i)
          .isLessThanOrEqualTo(thread.shares.get(i - 1) + 1e-6);
    }
    assertThat(thread.chosen).isCloseTo(0.2 / 0.7, within(0.005));
  }

  @Test
  void aBurstWithinTheCreditIsCountedWhole() {
    Simulation thread = new Simulation(0.1);
    for (int minute = 0; minute < 5; minute++) {
      thread.pass(0.5, 2_000_000, 500, 0); // a whole processor for half a second
      thread.pass(30, 1_000, 500, 0);
    }
    assertThat(thread.shares).allMatch(share -> share == 1);
  }

  /** The first rows of a process take many times as long as those that come later. */
  @Test
  void theStartHasASecondWhateverTheShare() {
    Simulation thread = new Simulation(0.01);
    thread.pass(0.9, 100_000, 10_000, 0);
    assertThat(thread.shares).allMatch(share -> share == 1);
    thread.pass(30, 4_000_000, 500, 0);
    thread.pass(60, 1_000, 500, 0);
    int before = thread.shares.size();
    thread.pass(0.9, 100_000, 10_000, 0);
    assertThat(thread.shares.subList(before, thread.shares.size()))
        .as("the second is given once")
        .anyMatch(share -> share < 0.5);
    assertThat(thread.chosen).isLessThan(0.5);
  }

  @Test
  void aHandOffThatFillsIsSampledBeforeItDropsRows() {
    Simulation thread = new Simulation(0.1);
    thread.pass(0.1, 100_000, 500, 0);
    thread.pass(0.5, 6_000_000, 500, 0); // within the credit, three times what one thread can do
    assertThat(thread.dropped).isZero();
    assertThat(thread.waiting).isBetween(CAPACITY / 4, CAPACITY * 0.95);
    thread.pass(30, 6_000_000, 500, 0);
    assertThat(thread.dropped).isZero();
    assertThat(thread.waiting).isLessThan(CAPACITY / 10);
  }

  @Test
  void theShareReturnsToOneWhenTheLoadFalls() {
    Simulation thread = new Simulation(0.1);
    thread.pass(30, 4_000_000, 500, 0);
    thread.pass(10, 20_000, 500, 0);
    assertThat(thread.chosen).isEqualTo(1);
  }

  @Test
  void otherWorkOfTheThreadIsPartOfTheBudget() {
    Simulation thread = new Simulation(0.1);
    thread.pass(60, 4_000_000, 500, 0.04); // labels and snapshots
    assertThat(thread.meanUse(500)).isCloseTo(0.1, within(0.003));
    assertThat(thread.chosen).isCloseTo(0.03, within(0.002));
  }

  @Test
  void someCallsAreCountedEvenIfOtherWorkTakesMoreThanTheBudget() {
    Simulation thread = new Simulation(0.1);
    thread.pass(60, 4_000_000, 500, 0.3);
    assertThat(thread.chosen).isEqualTo(1.0 / ProcessorBudget.LEAST);
    thread.pass(30, 4_000_000, 500, 0);
    assertThat(thread.chosen).isCloseTo(0.05, within(0.002));
  }

  @Test
  void aThreadThatIsNotMeasuredCountsEveryRow() {
    ProcessorBudget budget = new ProcessorBudget(0.1);
    for (int i = 0; i < 10_000; i++) {
      assertThat(budget.look(i * STEP, 0, i * 100_000L, i * 50_000L, 1)).isEqualTo(1);
    }
  }

  @Test
  void withAWholeProcessorOnlyTheThreadsOwnLimitSamples() {
    Simulation thread = new Simulation(1);
    thread.pass(30, 1_900_000, 500, 0);
    assertThat(thread.chosen).isEqualTo(1);
    thread.pass(30, 4_000_000, 500, 0);
    assertThat(thread.meanUse(500)).isGreaterThan(0.97);
  }
}
