package io.mlops4j.bench.soak.exit;

import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.bench.soak.part.Finding;
import io.mlops4j.bench.soak.part.Part;
import io.mlops4j.bench.soak.part.Size;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Ends processes while calls run. Each must end with its own exit code, not by a signal of an
 * engine, and in time.
 */
public final class Exit implements Part {
  private static final Duration LIMIT = Duration.ofMinutes(1);
  private static final int SIGTERM = 128 + 15;

  private final Class<?> main;

  /** How a process ends. */
  enum Way {
    /** It gets SIGTERM. */
    SIGTERM,
    /** A thread calls {@code System.exit}. */
    EXIT,
    /** A listener calls it, within a call. */
    LISTENER,
    /** The main method returns; the threads that call are daemons. */
    RETURN,
    /** A shutdown hook lets the callers end, then closes the runtime. */
    HOOK,
    /** The same, while a run has no end, which {@code Closing.endsCallsAfter} ends. */
    HOOK_ENDS,
    /** {@code System.exit} while a run has no end. */
    LOOP,
    /** {@code System.exit} where somebody else had started ONNX Runtime. */
    FOREIGN,
    /** {@code System.exit} while TensorFlow runs. */
    TENSORFLOW;

    private String title() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  public Exit() {
    this(ExitMain.class);
  }

  /** With another main method, which gets a way's name. */
  Exit(Class<?> main) {
    this.main = main;
  }

  @Override
  public String name() {
    return "soak.exit";
  }

  @Override
  public String what() {
    return "processes that end while calls run, in "
        + Way.values().length
        + " ways; those that died of it";
  }

  @Override
  public List<Finding> run(Size size, long seed, Consumer<String> say) throws IOException {
    int times = size.of(20, 5, 1);
    List<Finding> findings = new ArrayList<>();
    for (Way way : Way.values()) {
      int died = 0;
      for (int run = 0; run < times; run++) {
        died += comesThrough(way, say) ? 0 : 1;
      }
      findings.add(new Finding(name() + "." + way.title(), died, 0));
    }
    return findings;
  }

  private boolean comesThrough(Way way, Consumer<String> say) throws IOException {
    try (Child child = new Child().flags("-Xmx512m", "-XX:TieredStopAtLevel=1")) {
      Child.End end = child.run(main, List.of(way.name()), LIMIT, line -> {});
      boolean through = !end.late() && end.exit() == (way == Way.SIGTERM ? SIGTERM : 0);
      if (!through) {
        say.accept(way.title() + ": " + end);
      }
      return through;
    }
  }
}
