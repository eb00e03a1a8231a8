package io.mlops4j.bench.soak.exit;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.bench.soak.part.Finding;
import io.mlops4j.bench.soak.part.Size;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Ends that kill the process or lose a call are counted. */
class ExitTest {
  private final List<String> said = new ArrayList<>();

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
}
