package io.mlops4j.bench.truth;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Draws data again and again and asks rules about each.
 *
 * @param topic what the names of its lines begin with
 * @param name what the data are, for example {@code normal.n100}
 * @param same whether nothing differs, so that each alarm is false
 * @param repetitions how often data are drawn
 * @param draws the data, from nothing but the random numbers
 * @param rules what is asked
 * @param <D> the data
 */
record Study<D>(
    String topic,
    String name,
    boolean same,
    int repetitions,
    Function<SplittableRandom, D> draws,
    List<Rule<D>> rules)
    implements Inquiry {
  /** Divides the repetitions of a quick look. */
  private static final int QUICK = 50;

  Study {
    rules = List.copyOf(rules);
  }

  /** The name of a line. */
  String name(Rule<D> rule) {
    return topic + "." + rule.name() + "." + name + (same ? ".false" : ".power");
  }

  /** The same with other repetitions. */
  Study<D> repeated(int times) {
    return new Study<>(topic, name, same, times, draws, rules);
  }

  @Override
  public List<String> names() {
    return rules.stream().map(this::name).toList();
  }

  /** The same with those rules alone whose lines begin so. */
  @Override
  public Study<D> only(List<String> prefixes) {
    return new Study<>(
        topic,
        name,
        same,
        repetitions,
        draws,
        rules.stream()
            .filter(
                rule -> prefixes.isEmpty() || prefixes.stream().anyMatch(name(rule)::startsWith))
            .toList());
  }

  @Override
  public List<Line> run(Look look) {
    int times = look.quick() ? Math.max(1, repetitions / QUICK) : repetitions;
    look.says().accept(name + ": " + times + " times, seed " + look.seed());
    return repeated(times).run(look.seed()).stream().map(Truth::line).toList();
  }

  /**
   * Repeats on all processors. What is drawn depends on the seed, the name and the number of the
   * repetition, not on the threads.
   */
  List<Truth> run(long seed) {
    List<LongAdder> alarms = rules.stream().map(rule -> new LongAdder()).toList();
    long own = seed ^ ((long) name.hashCode() << 32);
    IntStream.range(0, repetitions)
        .parallel()
        .forEach(
            repetition -> {
              // One more generator, as seeds next to each other would give overlapping numbers.
              D data = draws.apply(new SplittableRandom(own + 31L * repetition).split());
              for (int i = 0; i < alarms.size(); i++) {
                if (rules.get(i).alarms().test(data)) {
                  alarms.get(i).increment();
                }
              }
            });
    List<Truth> truths = new ArrayList<>();
    for (int i = 0; i < alarms.size(); i++) {
      Rule<D> rule = rules.get(i);
      double stated = same ? rule.stated() : Double.NaN;
      truths.add(new Truth(name(rule), alarms.get(i).sum(), repetitions, stated));
    }
    return truths;
  }
}
