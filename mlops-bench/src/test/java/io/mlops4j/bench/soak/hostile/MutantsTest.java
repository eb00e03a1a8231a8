package io.mlops4j.bench.soak.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.bench.soak.part.Finding;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Mutants that end or hang the process are counted, and a seed makes the same again. */
class MutantsTest {
  private final List<String> said = new ArrayList<>();

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

  @Test
  void mutantsThatEndOrHangTheProcessAreCountedAndNamed() throws IOException {
    assertThat(new Mutants(Dying.class).run(5, 42, said::add))
        .containsExactly(
            new Finding("soak.mutants", 2, 0), new Finding("soak.mutants.refused", 0, 90));
    assertThat(said)
        .containsExactly(
            "mutant 1 of seed 42: exit code 134",
            "2 of 5, so far {answered=1}",
            "mutant 2 of seed 42: hangs",
            "3 of 5, so far {answered=1}",
            "5 of 5, so far {answered=3}");
  }

  /** Loads none. */
  static final class Refusing {
    private Refusing() {}

    public static void main(String[] args) {
      for (int i = Integer.parseInt(args[0]); i < Integer.parseInt(args[1]); i++) {
        Child.tell("refused");
      }
    }
  }

  @Test
  void mutantsThatAreAllRefusedTryNothing() throws IOException {
    assertThat(new Mutants(Refusing.class).run(5, 42, said::add))
        .filteredOn(finding -> !finding.ok())
        .containsExactly(new Finding("soak.mutants.refused", 100, 90));
  }

  @Test
  void mutantsAreTheSameOfASeedAndOthersOfAnother() {
    byte[] mutant = Mutant.of(1, 17).bytes();
    assertThat(Mutant.of(1, 17).bytes()).isEqualTo(mutant);
    assertThat(Mutant.of(2, 17).bytes()).isNotEqualTo(mutant);
    assertThat(Mutant.of(1, 18).bytes()).isNotEqualTo(mutant);
  }
}
