package io.mlops4j.bench.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.bench.engines.Runtimes;
import io.mlops4j.bench.ratios.Comparison;
import io.mlops4j.bench.ratios.Comparison.Shows;
import io.mlops4j.bench.ratios.Measured;
import io.mlops4j.bench.ratios.Side;
import io.mlops4j.fixture.Thorough;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.MicroBatching;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServingTopicTest {
  private static final LoadOptions TOGETHER =
      LoadOptions.builder().microBatching(MicroBatching.upTo(16).withoutMeasuring()).build();

  private static final double SHOWN = Double.NaN;

  /** What was asked for. */
  private static final Map<String, Double> GOALS =
      Map.ofEntries(
          Map.entry("serving.aa.threads16", SHOWN),
          Map.entry("serving.tiny.threads16", 0.83),
          Map.entry("serving.tiny.noarena.threads16", SHOWN),
          Map.entry("serving.wide.threads16", 1.8),
          Map.entry("serving.minilm16.threads16", 1.1),
          Map.entry("serving.minilmragged.threads16", 0.97),
          Map.entry("serving.minilmragged.onethread.threads16", SHOWN),
          Map.entry("serving.openloop.aa.p99", SHOWN),
          Map.entry("serving.openloop.tiny.p99", 1.2),
          Map.entry("serving.openloop.wide.p99", 1.2),
          Map.entry("serving.large.rows65536", 1.0),
          Map.entry("serving.listener.rows1", SHOWN),
          Map.entry("serving.listener.rows1024", 1.02),
          Map.entry("serving.deadline.rows1", SHOWN),
          Map.entry("serving.deadline.rows1024", 1.02),
          Map.entry("serving.strict.rows1", SHOWN),
          Map.entry("serving.strict.rows1024", SHOWN),
          Map.entry("serving.narrowing.rows1", SHOWN),
          Map.entry("serving.narrowing.rows1024", SHOWN));

  private static final List<Comparison> ALL = new ServingTopic().comparisons();

  @Test
  void everyNameIsThereOnceWithItsGoal() {
    assertThat(ALL.stream().collect(Collectors.toMap(Comparison::name, Comparison::goal)))
        .containsExactlyInAnyOrderEntriesOf(GOALS);
    assertThat(ALL)
        .allSatisfy(
            one ->
                assertThat(one.shows() == Shows.THROUGHPUT)
                    .as(one.name())
                    .isEqualTo(one.name().endsWith("threads16")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"large", "listener.rows1", "deadline.rows1", "strict", "narrowing"})
  void bothSidesOfOneCallerComputeTheSame(String name) throws Exception {
    for (Comparison comparison : ALL) {
      if (comparison.name().startsWith("serving." + name)) {
        try (Side ours = comparison.ours().call();
            Side theirs = comparison.theirs().call()) {
          assertThat(ours.run()).isEqualTo(theirs.run());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"mlp32", "mlpwide"})
  void manyCallersOfOurSideGetWhatThePeerGets(String model) throws Exception {
    try (Callers ours = Mlps.ours(model, TOGETHER);
        Callers theirs = Mlps.raw(model)) {
      sameAnswers(ours, theirs, 500, 1e-4f);
    }
  }

  @Test
  void textsOfOtherLengthsGetWhatThePeerGets() throws Exception {
    try (Callers ours = MiniLmTexts.ours(Runtimes.builder(), TOGETHER, 2, 8, 2);
        Callers theirs = MiniLmTexts.raw(2, 8, 2)) {
      sameAnswers(ours, theirs, 40, 1e-5f);
    }
  }

  @Test
  void theStackGetsWhatThePeerGetsAndItsMonitorFindsNothing() throws Exception {
    try (FullStack ours = new FullStack("mlp32");
        Callers theirs = Mlps.raw("mlp32", true, MonitoredModel.REFERENCE)) {
      sameAnswers(ours, theirs, MonitoredModel.REFERENCE, 1e-4f);
      ours.settle();
      assertThat(ours.incidents()).isZero();
    }
  }

  private static void sameAnswers(Callers ours, Callers theirs, int calls, float tolerance)
      throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<Integer>> all = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        Caller our = ours.caller(i);
        Caller their = theirs.caller(i);
        Callable<Integer> loop =
            () -> {
              for (int call = 0; call < calls; call++) {
                assertThat(our.call(call)).isCloseTo(their.call(call), within(tolerance));
              }
              return calls;
            };
        all.add(threads.submit(loop));
      }
      for (Future<Integer> each : all) {
        assertThat(each.get()).isEqualTo(calls);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Thorough("bench command")
  @Test
  void loopsMeasureWhatTheyAreGiven() throws Exception {
    try (Measured closed = new ClosedLoop(2, new Spinning());
        Capacity capacity = new Capacity(2, new Spinning());
        Measured open =
            new OpenLoop(
                2, new Capacity(2, new Spinning()), 0.1, new Spinning(), OpenLoop.Figure.P99)) {
      assertThat(closed.measure()).as("two threads, a millisecond each").isGreaterThan(4e5);
      assertThat(capacity.nanos()).as("all are due at once").isGreaterThan(4e5);
      assertThat(open.measure()).as("each waits a millisecond").isGreaterThan(9e5);
    }
  }

  @Test
  void oneStopDoesNotDecideTheMiddleOfThePercentiles() {
    long[] took = new long[8 * 101];
    for (int part = 0; part < 8; part++) {
      for (int i = 0; i < 101; i++) {
        took[101 * part + i] = part == 2 ? 1_000_000 : 100L * part + i;
      }
    }
    // 99, 199, 399, 499, 599, 699, 799 and a million
    assertThat(OpenLoop.middle(took)).isEqualTo((499 + 599) / 2.0);
  }

  @Test
  void processorsAreBusyForSeventyPercentOfTheTime() throws Exception {
    AtomicLong nanos = new AtomicLong();
    try (Load load =
        new BusyProcessors(2, new Counting(() -> nanos.addAndGet(35_000)), 0, nanos::get, 5)) {
      assertThat(load.nanosBetween()).as("35 us a call, 3.5 processors").isEqualTo(10_000);
    }
  }

  @Test
  void bothSidesOfAPairHaveTheLoadOfTheirStack() throws Exception {
    List<String> events = new ArrayList<>();
    OwnLoad own =
        new OwnLoad(() -> new Closed(() -> events.add("callers")), callers -> new Steps(callers));
    try (Load ours = own.load();
        Callers stack = own.callers();
        Load theirs = own.load()) {
      assertThat(stack.caller(0)).isNotNull();
      assertThat(List.of(ours.nanosBetween(), ours.nanosBetween())).containsExactly(1.0, 2.0);
      ours.warmedUp();
      assertThat(List.of(theirs.nanosBetween(), theirs.nanosBetween())).containsExactly(3.0, 4.0);
      theirs.warmedUp();
      assertThat(List.of(ours.nanosBetween(), theirs.nanosBetween())).containsExactly(5.0, 5.0);
      assertThat(List.of(theirs.nanosBetween(), ours.nanosBetween())).containsExactly(6.0, 6.0);
      assertThat(List.of(ours.nanosBetween(), theirs.nanosBetween())).containsExactly(7.0, 7.0);
      assertThat(events).isEmpty();
    }
    assertThat(events).as("the callers are closed once").containsExactly("callers");
  }

  /** Another load each time. */
  private static final class Steps implements Load {
    private final Callers callers;
    private double nanos;

    Steps(Callers callers) {
      this.callers = callers;
    }

    @Override
    public double nanosBetween() {
      return ++nanos;
    }

    @Override
    public void close() throws IOException {
      callers.close();
    }
  }

  /** Notes that it is closed. */
  private record Closed(Runnable note) implements Callers {
    @Override
    public Caller caller(int number) {
      return call -> call;
    }

    @Override
    public void close() {
      note.run();
    }
  }

  /** Does something in each call. */
  private record Counting(Runnable step) implements Callers {
    @Override
    public Caller caller(int number) {
      return call -> {
        step.run();
        return call;
      };
    }

    @Override
    public void close() {}
  }

  /** Takes a millisecond at least. */
  private static final class Spinning implements Callers {
    @Override
    public Caller caller(int number) {
      return call -> {
        long end = System.nanoTime() + 1_000_000;
        while (System.nanoTime() < end) {
          Thread.onSpinWait();
        }
        return call;
      };
    }

    @Override
    public void close() {}
  }
}
