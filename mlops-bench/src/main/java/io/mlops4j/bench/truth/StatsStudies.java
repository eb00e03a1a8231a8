package io.mlops4j.bench.truth;

import io.mlops4j.bench.flights.Flights;
import io.mlops4j.monitor.stats.ChiSquare;
import io.mlops4j.monitor.stats.KolmogorovSmirnov;
import io.mlops4j.monitor.stats.PopulationStability;
import io.mlops4j.monitor.stats.QuantileBins;
import io.mlops4j.monitor.stats.ShareDifference;
import io.mlops4j.monitor.stats.TestResult;
import io.mlops4j.monitor.stats.multivariate.DomainClassifier;
import io.mlops4j.monitor.stats.multivariate.MaximumMeanDiscrepancy;
import io.mlops4j.monitor.stats.multivariate.MeanVectorDistance;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/**
 * {@code truth stats}: the tests of {@code io.mlops4j.monitor.stats} and what a {@code DriftReport}
 * says by default, beside Evidently's default.
 */
final class StatsStudies {
  private static final String TOPIC = "stats";
  private static final double LEVEL = 0.05;

  /** In standard deviations, for the power against numbers that moved. */
  private static final double SHIFT = 0.2;

  /** Of the rows, for the power against categories that moved. */
  private static final double MOVED = 0.1;

  /** Tests that permute rows are too slow for more. */
  private static final int PERMUTED = 1000;

  private static final int PERMUTATIONS = 199;
  private static final int PERMUTED_REPETITIONS = 400;
  private static final long SEED = 1;

  private static final int[] SIZES = {100, 1000, 10_000, 100_000};

  private final Flights flights = Flights.sample();

  private StatsStudies() {}

  static List<Study<?>> all() {
    StatsStudies studies = new StatsStudies();
    List<Study<?>> all = new ArrayList<>();
    for (int rows : SIZES) {
      all.addAll(studies.numbers(rows));
      all.addAll(studies.categories(rows));
      all.addAll(studies.tables(rows));
      if (rows <= PERMUTED) {
        all.add(vectors(rows, 0));
        all.add(vectors(rows, SHIFT));
      }
    }
    all.addAll(studies.unequal());
    return all;
  }

  private static int repetitions(int rows) {
    return rows > 10_000 ? 1000 : 10_000;
  }

  /** Power needs no third digit. */
  private static int fewer(int rows) {
    return rows > 1000 ? 200 : 1000;
  }

  // ---- numbers

  private List<Study<NumberSamples>> numbers(int rows) {
    double miles = deviation(flights::distance);
    return List.of(
        numbers("normal", rows, SplittableRandom::nextGaussian, 0),
        numbers("heavy", rows, random -> Math.exp(1.5 * random.nextGaussian()), 0),
        numbers("ties", rows, random -> Math.rint(2 * random.nextGaussian()), 0),
        numbers("distance", rows, random -> any(flights::distance, random), 0),
        numbers("normal", rows, SplittableRandom::nextGaussian, SHIFT),
        numbers("distance", rows, random -> any(flights::distance, random), SHIFT * miles));
  }

  private static Study<NumberSamples> numbers(
      String name, int rows, ToDoubleFunction<SplittableRandom> value, double shift) {
    return study(
        name + ".n" + rows,
        shift == 0,
        rows,
        random -> NumberSamples.draw(random, rows, rows, value, shift),
        numberRules());
  }

  private static List<Rule<NumberSamples>> numberRules() {
    KolmogorovSmirnov smirnov = KolmogorovSmirnov.withDefaults();
    return List.of(
        number("ks", smirnov::test),
        number("ks64", (before, after) -> binned(before, after, 64, smirnov::test)),
        number(
            "psi10",
            (before, after) ->
                binned(before, after, 10, PopulationStability.withDefaults()::test)));
  }

  private interface Test<S> {
    TestResult test(S reference, S current);
  }

  private static Rule<NumberSamples> number(String name, Test<double[]> test) {
    return new Rule<>(
        name,
        LEVEL,
        numbers -> test.test(numbers.reference(), numbers.current()).pValue() <= LEVEL);
  }

  private static TestResult binned(
      double[] reference, double[] current, int bins, Test<long[]> test) {
    QuantileBins frozen = QuantileBins.of(reference, bins);
    return test.test(frozen.count(reference), frozen.count(current));
  }

  // ---- categories

  private List<Study<Categories>> categories(int rows) {
    int airports = flights.airports();
    ToIntFunction<SplittableRandom> origin = random -> any(flights::origin, random);
    return List.of(
        categories("k5", 5, rows, rows, Categories.falling(5), 0),
        categories("k50", 50, rows, rows, Categories.falling(50), 0),
        categories("origin", airports, rows, rows, origin, 0),
        categories("two", 2, rows, rows, Categories.falling(2), 0),
        categories("rare", 2, rows, rows, random -> random.nextInt(50) == 0 ? 1 : 0, 0),
        categories("k5", 5, rows, rows, Categories.falling(5), MOVED),
        categories("origin", airports, rows, rows, origin, MOVED),
        categories("two", 2, rows, rows, Categories.falling(2), MOVED));
  }

  /** Where a test that takes one sample for the truth goes wrong. */
  private List<Study<Categories>> unequal() {
    return List.of(
        categories("k5", 5, 500, 500, Categories.falling(5), 0),
        categories("k5", 5, 500, 5000, Categories.falling(5), 0));
  }

  private static Study<Categories> categories(
      String name,
      int categories,
      int before,
      int after,
      ToIntFunction<SplittableRandom> category,
      double moved) {
    return study(
        name + ".n" + before + (before == after ? "" : "x" + after),
        moved == 0,
        Math.max(before, after),
        random -> Categories.draw(random, categories, before, after, category, moved),
        categories == 2 ? twoRules() : categoryRules());
  }

  private static List<Rule<Categories>> categoryRules() {
    ChiSquare pooled = ChiSquare.withDefaults().withYates(false).withPooling(true);
    return List.of(
        category("chisq", pooled::test),
        category("g", pooled.withLikelihoodRatio()::test),
        new Rule<>(
            "evidently-chisq",
            Double.NaN,
            counts -> Evidently.goodnessOfFit(counts.reference(), counts.current()) < LEVEL));
  }

  private static List<Rule<Categories>> twoRules() {
    return List.of(
        category("z", ShareDifference.withDefaults()::test),
        category("yates", ChiSquare.withDefaults()::test));
  }

  private static Rule<Categories> category(String name, Test<long[]> test) {
    return new Rule<>(
        name, LEVEL, counts -> test.test(counts.reference(), counts.current()).pValue() <= LEVEL);
  }

  // ---- vectors

  private static Study<Vectors> vectors(int rows, double shift) {
    return study(
            "vectors.n" + rows,
            shift == 0,
            rows,
            random -> Vectors.draw(random, rows, shift),
            vectorRules())
        .repeated(PERMUTED_REPETITIONS);
  }

  private static List<Rule<Vectors>> vectorRules() {
    return List.of(
        vector(
            "mmd",
            MaximumMeanDiscrepancy.withDefaults().withPermutations(PERMUTATIONS, SEED)::test),
        vector(
            "means", MeanVectorDistance.withDefaults().withPermutations(PERMUTATIONS, SEED)::test),
        vector(
            "classifier",
            DomainClassifier.withDefaults().withPermutations(PERMUTATIONS, SEED)::test));
  }

  private static Rule<Vectors> vector(String name, Test<double[][]> test) {
    return new Rule<>(
        name, LEVEL, rows -> test.test(rows.reference(), rows.current()).pValue() <= LEVEL);
  }

  // ---- tables

  private List<Study<Table>> tables(int rows) {
    return List.of(
        table("made", rows, random -> made(random, rows, 0)),
        table("flights", rows, random -> flights(random, rows)),
        power("made", rows, random -> made(random, rows, SHIFT)));
  }

  private static Study<Table> table(
      String name, int rows, Function<SplittableRandom, Table> draws) {
    return study(name + ".n" + rows, true, rows, draws, tableRules());
  }

  private static Study<Table> power(
      String name, int rows, Function<SplittableRandom, Table> draws) {
    return study(name + ".n" + rows, false, rows, draws, tableRules());
  }

  /** An alarm is that any column drifted. */
  private static List<Rule<Table>> tableRules() {
    return List.of(
        new Rule<>("default", LEVEL, table -> !table.report().driftedFeatures().isEmpty()),
        new Rule<>("evidently", Double.NaN, Table::evidently));
  }

  /** Ten independent columns, of which one number is moved. */
  private static Table made(SplittableRandom random, int rows, double shift) {
    Table table = new Table();
    table.numbers(
        "normal",
        values(random, rows, SplittableRandom::nextGaussian),
        values(random, rows, r -> r.nextGaussian() + shift));
    number(table, "heavy", random, rows, r -> Math.exp(1.5 * r.nextGaussian()));
    number(table, "even", random, rows, SplittableRandom::nextDouble);
    number(table, "ties", random, rows, r -> Math.rint(2 * r.nextGaussian()));
    number(table, "zeros", random, rows, r -> r.nextInt(10) < 7 ? 0 : r.nextDouble());
    category(table, "k5", random, rows, Categories.falling(5));
    category(table, "k20", random, rows, Categories.falling(20));
    category(table, "k100", random, rows, Categories.falling(100));
    category(table, "half", random, rows, r -> r.nextInt(2));
    category(table, "rare", random, rows, r -> r.nextInt(50) == 0 ? 1 : 0);
    return table;
  }

  private static void number(
      Table table,
      String name,
      SplittableRandom random,
      int rows,
      ToDoubleFunction<SplittableRandom> value) {
    table.numbers(name, values(random, rows, value), values(random, rows, value));
  }

  private static void category(
      Table table,
      String name,
      SplittableRandom random,
      int rows,
      ToIntFunction<SplittableRandom> category) {
    table.categories(name, codes(random, rows, category), codes(random, rows, category));
  }

  /** Whole rows, so that columns depend on each other as they do. */
  private Table flights(SplittableRandom random, int rows) {
    int[] before = random.ints(rows, 0, flights.rows()).toArray();
    int[] after = random.ints(rows, 0, flights.rows()).toArray();
    return new Table()
        .numbers("distance", numbers(flights::distance, before), numbers(flights::distance, after))
        .numbers("hour", numbers(flights::hour, before), numbers(flights::hour, after))
        .numbers("weekday", numbers(flights::weekday, before), numbers(flights::weekday, after))
        .categories("origin", codes(flights::origin, before), codes(flights::origin, after))
        .categories(
            "destination", codes(flights::destination, before), codes(flights::destination, after));
  }

  private static double[] numbers(IntUnaryOperator column, int[] rows) {
    return Arrays.stream(rows).map(column).asDoubleStream().toArray();
  }

  private static int[] codes(IntUnaryOperator column, int[] rows) {
    return Arrays.stream(rows).map(column).toArray();
  }

  private static double[] values(
      SplittableRandom random, int rows, ToDoubleFunction<SplittableRandom> value) {
    double[] values = new double[rows];
    Arrays.setAll(values, row -> value.applyAsDouble(random));
    return values;
  }

  private static int[] codes(
      SplittableRandom random, int rows, ToIntFunction<SplittableRandom> category) {
    int[] codes = new int[rows];
    Arrays.setAll(codes, row -> category.applyAsInt(random));
    return codes;
  }

  // ---- all

  private static <D> Study<D> study(
      String name,
      boolean same,
      int rows,
      Function<SplittableRandom, D> draws,
      List<Rule<D>> rules) {
    return new Study<>(TOPIC, name, same, same ? repetitions(rows) : fewer(rows), draws, rules);
  }

  private int any(IntUnaryOperator column, SplittableRandom random) {
    return column.applyAsInt(random.nextInt(flights.rows()));
  }

  private double deviation(IntUnaryOperator column) {
    double[] values = IntStream.range(0, flights.rows()).map(column).asDoubleStream().toArray();
    double mean = Arrays.stream(values).average().orElse(0);
    return Math.sqrt(Arrays.stream(values).map(x -> (x - mean) * (x - mean)).average().orElse(0));
  }
}
