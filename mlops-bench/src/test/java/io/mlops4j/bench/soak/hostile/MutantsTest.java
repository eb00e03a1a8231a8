package io.mlops4j.bench.soak.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.bench.soak.part.Finding;
import io.mlops4j.error.MlopsException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Mutants that end or hang the process are counted, and a seed makes the same again. */
class MutantsTest {
  private final List<String> said = new ArrayList<>();

  @TempDir private Path folder;

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

  /** A model that the engine refuses as it should be would hide what its changes do. */
  @Test
  void operatorsWhoseAttributesFitAreAnswered() throws IOException {
    Map<String, String> endings = new TreeMap<>();
    try (ModelRuntime runtime = ModelRuntime.open()) {
      for (int i = 0; i < HostileAttributes.operators(); i++) {
        HostileAttributes made = HostileAttributes.of(1, i);
        assertThat(made.name()).endsWith(", as it should be");
        try (Model model = runtime.load(made.write(folder));
            FeatureBatch batch = MadeUp.batch(model, runtime.allocator());
            Prediction prediction = model.predict(batch)) {
          assertThat(prediction.rows()).isPositive();
        } catch (MlopsException e) {
          endings.put(made.name() + " " + i, String.valueOf(e.getMessage()));
        }
      }
    }
    assertThat(endings).isEmpty();
  }

  @Test
  void eachChangeOfAnAttributeIsTriedOnceBeforeTwoAreTriedTogether() {
    Set<String> names = new HashSet<>();
    int normalizer = 0;
    while (!HostileAttributes.of(1, normalizer).name().startsWith("Normalizer")) {
      normalizer++;
    }
    int turn = 0;
    while (names.add(HostileAttributes.of(1, change(normalizer, turn)).name())) {
      turn++;
    }
    assertThat(names)
        .contains("Normalizer, no norm", "Normalizer, input 0 of shape []")
        .hasSizeGreaterThan(15);
    assertThat(HostileAttributes.of(2, change(normalizer, 1)).name())
        .isEqualTo("Normalizer, no norm");
  }

  private static int change(int operator, int turn) {
    return operator + turn * HostileAttributes.operators();
  }

  @Test
  void mutantsAreTheSameOfASeedAndOthersOfAnother() {
    byte[] mutant = Mutant.of(1, 17).bytes();
    assertThat(Mutant.of(1, 17).bytes()).isEqualTo(mutant);
    assertThat(Mutant.of(2, 17).bytes()).isNotEqualTo(mutant);
    assertThat(Mutant.of(1, 18).bytes()).isNotEqualTo(mutant);
  }
}
