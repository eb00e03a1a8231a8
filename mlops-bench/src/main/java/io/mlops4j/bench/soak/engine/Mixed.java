package io.mlops4j.bench.soak.engine;

import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.bench.soak.part.Finding;
import io.mlops4j.bench.soak.part.Part;
import io.mlops4j.bench.soak.part.Size;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Sixteen threads that call as they like, with Arrow's debug allocator and without. */
public final class Mixed implements Part {
  private static final int THREADS = 16;
  private static final Duration LIMIT = Duration.ofHours(2);

  @Override
  public String name() {
    return "soak.mixed";
  }

  @Override
  public String what() {
    return THREADS
        + " threads, calls that are good, bad, cancelled, late, asynchronous, records and batches"
        + " that are joined, of models that are closed under them; calls that ended otherwise, and"
        + " bytes still lent";
  }

  @Override
  public List<Finding> run(Size size, long seed, Consumer<String> say) throws IOException {
    int calls = size.of(100_000, 2_000, 150);
    return List.of(run(calls, true, seed, say), run(calls, false, seed, say));
  }

  private Finding run(int calls, boolean debug, long seed, Consumer<String> say)
      throws IOException {
    AtomicLong otherwise = new AtomicLong(-1);
    Child.End end;
    try (Child child = new Child().flags("-Xmx1g", "-Darrow.memory.debug.allocator=" + debug)) {
      end =
          child.run(
              MixedMain.class,
              List.of(Integer.toString(THREADS), Integer.toString(calls), Long.toString(seed)),
              LIMIT,
              line -> {
                if (line.startsWith("otherwise ")) {
                  otherwise.set(Long.parseLong(line.substring("otherwise ".length())));
                } else {
                  say.accept(line);
                }
              });
    }
    boolean through = end.exit() == 0 && otherwise.get() >= 0;
    if (!through) {
      say.accept("the process did not come through: " + end);
    }
    return new Finding(
        name() + (debug ? ".debug" : ".plain"),
        through ? otherwise.get() : Math.max(1, otherwise.get() + 1),
        0);
  }
}
