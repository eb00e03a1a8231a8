package io.mlops4j.bench.soak.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.bench.soak.part.Finding;
import io.mlops4j.bench.soak.part.Part;
import io.mlops4j.bench.soak.part.Size;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rows that end otherwise than they should are counted. */
class CrashTableTest {
  private final List<String> said = new ArrayList<>();

  /** Ends each row as its name says. */
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
}
