package io.mlops4j.bench.soak.hostile;

import io.mlops4j.bench.soak.part.Child;
import io.mlops4j.bench.soak.part.Finding;
import io.mlops4j.bench.soak.part.Limits;
import io.mlops4j.bench.soak.part.Part;
import io.mlops4j.bench.soak.part.Size;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Damaged and ill-meant model files, loaded as a stranger's and asked, both with deadlines, in
 * processes with little memory. One that ends or hangs its process is counted and named; a further
 * process goes on with the next.
 */
public final class Mutants implements Part {
  private static final Duration LIMIT = Duration.ofMinutes(30);

  /** Of one process, which is to start afresh now and then. */
  private static final int IN_A_ROW = 1_000;

  private final Class<?> main;
  private final String one;
  private final String what;
  private final int full;
  private final int tiny;
  private final int mostRefused;

  public Mutants() {
    this(MutantsMain.class);
  }

  /** With another main method. */
  Mutants(Class<?> main) {
    this(main, "mutant", "mutated model files", 10_000, 60, 90);
  }

  /**
   * @param mostRefused how many of a hundred may be refused when they are loaded, and so try
   *     nothing
   */
  private Mutants(Class<?> main, String one, String what, int full, int tiny, int mostRefused) {
    this.main = main;
    this.one = one;
    this.what = what;
    this.full = full;
    this.tiny = tiny;
    this.mostRefused = mostRefused;
  }

  /** One operator each that takes indices, sizes or counts, with data that mean ill. */
  public static Mutants operators() {
    return new Mutants(
        OperatorsMain.class,
        "operator",
        "single operators with hostile indices, sizes and counts",
        100 * HostileOperator.operators(),
        60,
        20);
  }

  /**
   * Attributes that do not fit each other: each change of each operator of the table once, then two
   * or three at random.
   */
  public static Mutants attributes() {
    return new Mutants(
        AttributesMain.class,
        "attribute",
        "operators whose lists of attributes have wrong lengths and numbers",
        500 * HostileAttributes.operators(),
        4 * HostileAttributes.operators(),
        70);
  }

  @Override
  public String name() {
    return "soak." + one + "s";
  }

  @Override
  public String what() {
    return what + ", loaded untrusted and asked with deadlines in little memory; crashes and hangs";
  }

  @Override
  public List<Finding> run(Size size, long seed, Consumer<String> say) throws IOException {
    return run(size.of(full, full / 20, tiny), seed, say);
  }

  List<Finding> run(int mutants, long seed, Consumer<String> say) throws IOException {
    Map<String, Integer> endings = new TreeMap<>();
    int wrong = 0;
    int from = 0;
    while (from < mutants) {
      int to = Math.min(mutants, from + IN_A_ROW);
      List<String> ended = new ArrayList<>();
      Child.End end;
      try (Child child = limited(new Child())) {
        end =
            child.run(
                main,
                List.of(Integer.toString(from), Integer.toString(to), Long.toString(seed)),
                LIMIT,
                ended::add);
      }
      ended.forEach(how -> endings.merge(how, 1, Integer::sum));
      from += ended.size();
      if (end.exit() != 0) {
        if (from < to) {
          wrong++;
          say.accept("%s %d of seed %d: %s".formatted(one, from, seed, ending(end)));
          from++;
        } else {
          wrong++;
          say.accept("after " + one + " " + from + ": " + ending(end));
        }
      } else if (ended.isEmpty()) {
        throw new IllegalStateException(one + " " + from + ": the process ended without a word");
      }
      say.accept(from + " of " + mutants + ", so far " + endings);
    }
    Finding deaths = new Finding(name(), wrong, 0);
    double refused = 100.0 * endings.getOrDefault("refused", 0) / mutants;
    return List.of(deaths, new Finding(name() + ".refused", refused, mostRefused));
  }

  private static Child limited(Child child) {
    child.flags(
        "-Xmx256m",
        "-XX:+UseSerialGC",
        "-XX:ReservedCodeCacheSize=64m",
        "-XX:CompressedClassSpaceSize=64m",
        "-Darrow.memory.debug.allocator=false");
    return Limits.hasPrlimit() ? child.behind("prlimit", "--as=" + (3L << 30)) : child;
  }

  private static String ending(Child.End end) {
    return end.exit() == MutantsMain.HANGS ? "hangs" : end.toString();
  }
}
