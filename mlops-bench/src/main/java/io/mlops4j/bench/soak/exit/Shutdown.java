package io.mlops4j.bench.soak.exit;

import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.bench.soak.part.Finding;
import io.mlops4j.bench.soak.part.Part;
import io.mlops4j.bench.soak.part.Size;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Sends SIGTERM to processes with a deployment under open traffic, whose shutdown hook closes the
 * deployment. Every call that was accepted must be answered, every later call must be rejected with
 * the library's message, and the deployment must close within its deadline.
 */
public final class Shutdown implements Part {
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final int SIGTERM = 128 + 15;

  private final Class<?> main;

  /** What the process serves. */
  enum Way {
    /** One deployment, called with batches, records and asynchronously. */
    OPEN,
    /** The same, whose calls share runs. */
    BATCHED,
    /** The same with a canary, in the middle of swaps. */
    SWAPPED,
    /** A composition of two deployments. */
    COMPOSED,
    /** A champion and a canary with runs that have no end, which the deadline ends. */
    ENDLESS;

    private String title() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Shutdown() {
    this(ShutdownMain.class);
  }

  /** With another main method, which gets a way's name. */
  Shutdown(Class<?> main) {
    this.main = main;
  }

  @Override
  public String name() {
    return "soak.shutdown";
  }

  @Override
  public String what() {
    return "deployments that get SIGTERM under open traffic; those that lost a call, or were late";
  }

  @Override
  public List<Finding> run(Size size, long seed, Consumer<String> say) throws IOException {
    int times = size.of(20, 3, 1);
    List<Way> ways =
        size == Size.TINY ? List.of(Way.OPEN, Way.ENDLESS) : Arrays.asList(Way.values());
    List<Finding> findings = new ArrayList<>();
    for (Way way : ways) {
      int bad = 0;
      for (int run = 0; run < times; run++) {
        bad += isGood(way, say) ? 0 : 1;
      }
      findings.add(new Finding(name() + "." + way.title(), bad, 0));
    }
    return findings;
  }

  private boolean isGood(Way way, Consumer<String> say) throws IOException {
    List<String> told = new ArrayList<>();
    try (Child child = new Child().flags("-Xmx512m", "-XX:TieredStopAtLevel=1")) {
      Child.End end = child.run(main, List.of(way.name()), LIMIT, told::add);
      boolean good =
          !end.late() && end.exit() == SIGTERM && told.size() == 1 && told.get(0).startsWith("ok");
      if (!good) {
        say.accept(way.title() + ": " + told + ", " + end);
      }
      return good;
    }
  }
}
