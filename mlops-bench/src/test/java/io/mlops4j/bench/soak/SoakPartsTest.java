package io.mlops4j.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the parts look for is found where it is. */
class SoakPartsTest {
  private final List<String> said = new ArrayList<>();

  /** Ends each row, or mutant, as its name, or number, says. */
  static final class Ending {
    private Ending() {}

    public static void main(String[] args) {
      for (String row : List.of(args).subList(1, args.length)) {
        switch (row) {
          case "good" -> Child.tell("ok");
          case "bad" -> Child.tell("wrong number");
          default -> {
            System.out.println("dies of it");
            Runtime.getRuntime().halt(139);
          }
        }
      }
    }
  }

  /** Dies of the second mutant, and hangs at the third. */
  static final class Dying {
    private Dying() {}

    public static void main(String[] args) {
      for (int i = Integer.parseInt(args[0]); i < Integer.parseInt(args[1]); i++) {
        if (i == 1 || i == 2) {
          Runtime.getRuntime().halt(i == 1 ? 134 : MutantsMain.HANGS);
        }
        Child.tell("answered");
      }
    }
  }

  /** Ends as {@link Exit} expects it in all ways but three. */
  static final class Exiting {
    private Exiting() {}

    public static void main(String[] args) throws IOException {
      Exit.Way way = Exit.Way.valueOf(args[0]);
      switch (way) {
        case SIGTERM -> Runtime.getRuntime().halt(0); // expected: 143
        case LOOP -> Runtime.getRuntime().halt(139);
        case RETURN -> throw new IOException("not closed");
        default -> {}
      }
    }
  }

  @Test
  void waysToEndThatKillTheProcessAreCountedEach() throws IOException {
    List<Finding> found = new Exit(Exiting.class).run(Size.TINY, 1, said::add);
    assertThat(found).hasSize(Exit.Way.values().length);
    assertThat(found)
        .filteredOn(finding -> !finding.ok())
        .containsExactly(
            new Finding("soak.exit.sigterm", 1, 0),
            new Finding("soak.exit.return", 1, 0),
            new Finding("soak.exit.loop", 1, 0));
    assertThat(said).hasSize(3).contains("sigterm: exit code 0", "loop: exit code 139");
  }

  /** Closes well without a hanging run, and loses a call with one. */
  static final class Losing {
    private Losing() {}

    public static void main(String[] args) {
      Child.tell((Shutdown.Way.valueOf(args[0]) == Shutdown.Way.OPEN ? "ok" : "bad") + " said");
      Runtime.getRuntime().halt(143);
    }
  }

  @Test
  void deploymentsThatLoseCallsAtTheirEndAreCounted() throws IOException {
    assertThat(new Shutdown(Losing.class).run(Size.TINY, 1, said::add))
        .containsExactly(
            new Finding("soak.shutdown.open", 0, 0), new Finding("soak.shutdown.endless", 1, 0));
    assertThat(said).containsExactly("endless: [bad said], exit code 143");
  }

  @Test
  void rowsThatAreWrongOrEndTheProcessAreCountedAndTheOthersGoOn() throws IOException {
    Part table = new CrashTable(Ending.class, List.of("good", "bad", "deadly", "good", "deadly"));
    assertThat(table.run(Size.TINY, 1, said::add))
        .containsExactly(new Finding("soak.crashtable", 3, 0));
    assertThat(said)
        .containsExactly(
            "bad wrong number",
            "deadly ended the process: exit code 139: dies of it",
            "deadly ended the process: exit code 139: dies of it");
  }

  @Test
  void mutantsThatEndOrHangTheProcessAreCountedAndNamed() throws IOException {
    assertThat(new Mutants(Dying.class).run(5, 42, said::add))
        .containsExactly(new Finding("soak.mutants", 2, 0));
    assertThat(said)
        .containsExactly(
            "mutant 1 of seed 42: exit code 134",
            "2 of 5, so far {answered=1}",
            "mutant 2 of seed 42: hangs",
            "3 of 5, so far {answered=1}",
            "5 of 5, so far {answered=3}");
  }

  @Test
  void mutantsAreTheSameOfASeedAndOthersOfAnother() {
    byte[] mutant = Mutant.of(1, 17).bytes();
    assertThat(Mutant.of(1, 17).bytes()).isEqualTo(mutant);
    assertThat(Mutant.of(2, 17).bytes()).isNotEqualTo(mutant);
    assertThat(Mutant.of(1, 18).bytes()).isNotEqualTo(mutant);
  }

  @Test
  void slopeIsThatOfTheSecondHalf() {
    long[] samples = {0, 500, 900, 1000, 1000, 1010, 1020, 1030};
    assertThat(Slope.ofSecondHalf(samples, 1)).isCloseTo(10, within(1e-9));
    assertThat(Slope.ofSecondHalf(samples, 5)).isCloseTo(2, within(1e-9));
    // By hand: -1.5 / 5.
    assertThat(Slope.ofSecondHalf(new long[] {9, 9, 9, 9, 3, 1, 4, 1}, 1))
        .isCloseTo(-0.3, within(1e-9));
  }

  @ParameterizedTest
  @EnumSource(names = {"LEAK", "HEAP_LEAK"})
  @EnabledOnOs(OS.LINUX)
  void aLeakIsFound(Flat.Work leak) throws IOException {
    List<Finding> found = new Flat(leak).run(Size.TINY, 1, said::add);
    assertThat(found).singleElement().matches(finding -> !finding.ok());
    assertThat(found.get(0).figure()).isBetween(60_000.0, 75_000.0); // 65 536, and what it costs
  }
}
