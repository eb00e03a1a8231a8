package io.mlops4j.bench.ratios;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class RatiosCommandTest {
  /** Costs what it is told to. */
  private record Fixed(double cost) implements Measured {
    @Override
    public double measure() {
      return cost;
    }

    @Override
    public void close() {}
  }

  /** Leaves an array of this size behind, and takes some time over it. */
  private record Littering(int bytes) implements Side {
    @Override
    public float run() {
      byte[] garbage = new byte[bytes];
      for (int i = 0; i < garbage.length; i++) {
        garbage[i] = (byte) (i * 31);
      }
      return garbage[bytes / 2];
    }

    @Override
    public void close() {}
  }

  private static Comparison fixed(String name, double goal, double ours, double theirs) {
    return new Comparison(
        name, "work", "peer", goal, () -> new Fixed(ours), () -> new Fixed(theirs));
  }

  private record Run(int exit, List<String> out, List<String> err) {
    static Run of(List<Comparison> comparisons, String... arguments) {
      StringWriter out = new StringWriter();
      StringWriter err = new StringWriter();
      int exit =
          new CommandLine(new RatiosCommand(() -> comparisons))
              .setOut(new PrintWriter(out))
              .setErr(new PrintWriter(err))
              .execute(arguments);
      return new Run(exit, out.toString().lines().toList(), err.toString().lines().toList());
    }
  }

  @Test
  void whatMeasuresItselfIsDividedAndHeldToItsGoal() {
    List<Comparison> comparisons =
        List.of(fixed("a.reached", 0.5, 1, 2), fixed("a.missed", 0.4, 1, 2), fixed("b", 0, 1, 1));
    assertThat(Run.of(comparisons, "--in-this-process", "--quick", "a.reached", "a.missed").out())
        .containsExactly(
            "RATIO a.reached 0.500 <=0.50 ok 0.500..0.500",
            "RATIO a.missed 0.500 <=0.40 short 0.500..0.500");
  }

  @Test
  void moreIsBetterWhereThroughputIsShown() {
    List<Comparison> comparisons =
        List.of(throughput("reached", 1.8, 1, 2), throughput("missed", 2.2, 1, 2));
    assertThat(Run.of(comparisons, "--in-this-process", "--quick", "reached", "missed").out())
        .containsExactly(
            "RATIO reached 2.000 >=1.80 ok 2.000..2.000",
            "RATIO missed 2.000 >=2.20 short 2.000..2.000");
  }

  private static Comparison throughput(String name, double goal, double ours, double theirs) {
    return new Comparison(
        name,
        "work",
        "peer",
        goal,
        Double.NaN,
        Comparison.Shows.THROUGHPUT,
        () -> new Fixed(ours),
        () -> new Fixed(theirs));
  }

  @Test
  void whatTheOrderOfOpeningDoesCancelsOut() {
    AtomicInteger opened = new AtomicInteger();
    Callable<Side> side = () -> new Fixed(opened.getAndIncrement() % 2 == 0 ? 1.25 : 1);
    Comparison aa = new Comparison("aa", "work", "peer", Double.NaN, side, side);
    assertThat(Run.of(List.of(aa), "--in-this-process", "--quick", "aa").out())
        .containsExactly("RATIO aa 1.000 - ok 0.800..1.250");
  }

  @Test
  void aLineThatOnlyShowsNoiseHasNoGoal() {
    assertThat(
            Run.of(List.of(fixed("aa", Double.NaN, 3, 3)), "--in-this-process", "--quick", "aa")
                .out())
        .containsExactly("RATIO aa 1.000 - ok 1.000..1.000");
  }

  @Test
  void theBytesThatACallAllocatesAreCounted() {
    Comparison littering =
        new Comparison(
            "litter",
            "work",
            "peer",
            9,
            9000,
            () -> new Littering(10_000),
            () -> new Littering(1000));
    List<String> out = Run.of(List.of(littering), "--in-this-process", "--quick", "litter").out();
    assertThat(out.get(0)).matches("RATIO litter \\d+\\.\\d{3} <=9\\.00 (ok|short) \\S+\\.\\.\\S+");
    assertThat(out.get(1)).matches("GARBAGE litter 100\\d\\d <=9000 short peer 10\\d\\d");
  }

  @Test
  void whatIsThereIsListedWithoutBeingRun() {
    Comparison unable =
        new Comparison(
            "a.b",
            "some work",
            "somebody 1.0",
            1,
            () -> {
              throw new AssertionError("opened");
            },
            () -> {
              throw new AssertionError("opened");
            });
    assertThat(Run.of(List.of(unable), "--list").out())
        .containsExactly("# some work", "# against somebody 1.0", "a.b");
  }

  @Test
  void anUnknownNameIsAnErrorThatNamesThoseThatThereAre() {
    Run run = Run.of(List.of(fixed("a", 1, 1, 1)), "c");
    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).containsExactly("no comparison begins with [c]; there are:", "  a");
  }

  @Test
  void howOnnxRuntimeIsCalledIsPrinted() {
    Run run = Run.of(List.of(fixed("a", 1, 1, 1)), "--list", "--calls", "JNI");
    assertThat(run.exit()).isZero();
    assertThat(run.out())
        .containsExactly("# work", "# against peer", "# ONNX Runtime is called through JNI", "a");
  }

  @Test
  void foreignCallsNeedJava22() {
    Run run = Run.of(List.of(fixed("a", 1, 1, 1)), "--list", "--calls", "FOREIGN");
    boolean possible = Runtime.version().feature() >= 22;
    assertThat(run.exit()).isEqualTo(possible ? 0 : 2);
    if (!possible) {
      assertThat(run.err().get(0)).startsWith("--calls: found FOREIGN on Java 17");
    }
  }
}
