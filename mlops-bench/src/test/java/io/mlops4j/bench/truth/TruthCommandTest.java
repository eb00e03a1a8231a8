package io.mlops4j.bench.truth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What the command prints; and the studies of {@code stats}, with few repetitions. */
class TruthCommandTest {
  private static final Rule<Double> HONEST = new Rule<>("honest", 0.05, u -> u < 0.05);
  private static final Rule<Double> WOLF = new Rule<>("wolf", 0.05, u -> u < 0.1);
  private static final Rule<Double> SILENT = new Rule<>("silent", Double.NaN, u -> true);

  private record Run(int exit, List<String> out, List<String> err) {
    static Run of(TruthCommand command, String... arguments) {
      StringWriter out = new StringWriter();
      StringWriter err = new StringWriter();
      int exit =
          new CommandLine(command)
              .setOut(new PrintWriter(out))
              .setErr(new PrintWriter(err))
              .execute(arguments);
      return new Run(exit, out.toString().lines().toList(), err.toString().lines().toList());
    }
  }

  private static TruthCommand told(int repetitions) {
    return new TruthCommand(
        List.of(study("even", true, repetitions), study("moved", false, repetitions)));
  }

  private static Study<Double> study(String name, boolean same, int repetitions) {
    return new Study<>(
        "told",
        name,
        same,
        repetitions,
        SplittableRandom::nextDouble,
        List.of(HONEST, WOLF, SILENT));
  }

  @Test
  void whatAlarmsMoreOftenThanItSaysIsShort() {
    Run run = Run.of(told(10_000));

    assertThat(run.exit()).isOne();
    assertThat(run.out()).hasSize(6);
    assertThat(run.out().get(0))
        .matches("TRUTH told\\.honest\\.even\\.false 0\\.0[45]\\d\\d <=0\\.05 ok");
    assertThat(run.out().get(1))
        .matches("TRUTH told\\.wolf\\.even\\.false 0\\.(09|10)\\d\\d <=0\\.05 short");
    assertThat(run.out().get(2)).isEqualTo("TRUTH told.silent.even.false 1.0000 - ok");
  }

  @Test
  void powerIsShownAndHeldToNothing() {
    Run run = Run.of(told(1000), "told.wolf.moved");

    assertThat(run.exit()).isZero();
    assertThat(run.out()).hasSize(1);
    assertThat(run.out().get(0)).matches("TRUTH told\\.wolf\\.moved\\.power 0\\.\\d{4} - ok");
  }

  @Test
  void theSameSeedGivesTheSameLinesWhateverTheThreads() {
    List<String> once = Run.of(told(2000), "--seed", "7").out();

    assertThat(Run.of(told(2000), "--seed", "7").out()).isEqualTo(once);
    assertThat(Run.of(told(2000), "--seed", "8").out()).isNotEqualTo(once);
  }

  @Test
  void aLookTakesAFiftieth() {
    assertThat(Run.of(told(1000), "--quick", "told.honest.even").err().get(0))
        .startsWith("# even: 20 times, seed ");
  }

  @Test
  void anUnknownNameIsAnError() {
    Run run = Run.of(told(10), "nothing");

    assertThat(run.exit()).isEqualTo(2);
    assertThat(run.err()).containsExactly("no line begins with [nothing]; see --list");
  }

  @Test
  void namesAreListedWithoutARun() {
    assertThat(Run.of(TruthCommand.with(List.of()), "--list", "stats.default").out())
        .contains("stats.default.made.n100.false", "stats.default.flights.n100000.false")
        .allMatch(line -> line.startsWith("stats.default."));
  }

  @Test
  void everyRuleAnswersForAHundredRows() {
    List<String> names =
        Run.of(TruthCommand.with(List.of()), "--list").out().stream()
            .filter(name -> name.contains(".n100."))
            .toList();
    List<String> lines =
        Run.of(few(names), "--quick").out().stream().map(line -> line.split(" ", 3)[1]).toList();
    assertThat(lines).isEqualTo(names).hasSizeGreaterThan(50);
  }

  /** The studies of a hundred rows alone, in a handful of repetitions. */
  private static TruthCommand few(List<String> names) {
    return new TruthCommand(
        StatsStudies.all().stream()
            .<Study<?>>map(study -> study.repeated(250).only(names))
            .filter(study -> !study.rules().isEmpty())
            .toList());
  }

  /** By SciPy 1.15.3: {@code chisquare([8, 3], [5.5, 5.5])}. */
  @Test
  void evidentlysChiSquareTakesTheReferenceForTheTruth() {
    assertThat(Evidently.goodnessOfFit(new long[] {5, 5}, new long[] {8, 3}))
        .isCloseTo(0.13166801602281455, within(1e-12));
    assertThat(Evidently.goodnessOfFit(new long[] {5, 0}, new long[] {8, 3})).isZero();
    assertThat(Evidently.goodnessOfFit(new long[] {5, 0}, new long[] {8, 0})).isOne();
  }
}
