package io.mlops4j.bench.stats;

import io.mlops4j.bench.flights.Flights;
import io.mlops4j.bench.ratios.Comparison;
import io.mlops4j.bench.ratios.PerValue;
import io.mlops4j.bench.ratios.Topic;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** {@code ratios stats}: one thread unless it is said otherwise. */
public final class StatsTopic implements Topic {
  private static final int BATCH = 65_536;
  private static final int ROWS = 1 << 20;
  private static final int COLUMNS = 32;
  private static final String SKETCHES = "DataSketches 6.2.0";

  @Override
  public List<Comparison> comparisons() {
    return List.of(
        new Comparison(
            "stats.aa",
            "a float column of 65536 rows, Arrays.binarySearch, the same side twice: this is noise",
            "itself",
            Double.NaN,
            () -> new BinarySearches(BATCH),
            () -> new BinarySearches(BATCH)),
        new Comparison(
            "stats.window.float",
            "a float column of 65536 rows into a window: its bins, of which our reference has 256"
                + " and the peer 64, and for ours moments, extremes, distinct and missing as well",
            "Arrays.binarySearch for each value",
            0.15,
            0,
            () -> PerValue.of("stats.window.float", BATCH, new WindowCounts(BATCH)),
            () -> new BinarySearches(BATCH)),
        profile(ROWS, COLUMNS),
        reference(ROWS, COLUMNS),
        new Comparison(
            "stats.profile.dictionary",
            "a profile of a dictionary-encoded column, 1 M rows, 300 texts",
            SKETCHES + ": HLL of 2^12 and frequent items of each row's text",
            0.05,
            () -> PerValue.of("stats.profile.dictionary", ROWS, DictionaryTexts.ours(ROWS)),
            () -> DictionaryTexts.sketches(ROWS)),
        new Comparison(
            "stats.ks.reference100k",
            "D and p-value of 100 000 doubles against a fixed reference of 100 000",
            "commons-statistics-inference 1.2, asymptotic p-value",
            0.20,
            () -> Ks.ours(100_000),
            () -> Ks.commons(100_000)),
        flights());
  }

  private static Comparison flights() {
    Optional<Path> all = Flights.all();
    int times = all.isPresent() ? 1 : 120;
    return new Comparison(
        "stats.flights.2threads",
        "a profile of 3 M flights"
            + (all.isPresent()
                ? ""
                : " (the sample of 25 000, 120 times: for all of them, npm install --no-save"
                    + " vega-datasets@3.2.1)")
            + ", five columns, two threads",
        "itself with one thread",
        0.6,
        () -> new FlightRows(flights(all), times, 2),
        () -> new FlightRows(flights(all), times, 1));
  }

  private static Flights flights(Optional<Path> all) throws IOException {
    return all.isPresent() ? Flights.read(all.get()) : Flights.sample();
  }

  private static Comparison profile(int rows, int columns) {
    return new Comparison(
        "stats.profile.float32cols",
        "full profile, 32 float columns x 1 M rows, in the bins of a reference",
        SKETCHES + " KLL k=200 and HLL of 2^12, Welford, min and max, with isNull and get",
        0.15,
        () ->
            PerValue.of(
                "stats.profile.float32cols",
                (double) rows * columns,
                FloatColumns.counting(rows, columns)),
        () -> FloatColumns.sketches(rows, columns));
  }

  private static Comparison reference(int rows, int columns) {
    return new Comparison(
        "stats.reference.float32cols",
        "the same rows as a reference, which chooses its bins and so sorts all values",
        SKETCHES + ", as in stats.profile.float32cols",
        Double.NaN,
        () ->
            PerValue.of(
                "stats.reference.float32cols",
                (double) rows * columns,
                FloatColumns.choosing(rows, columns)),
        () -> FloatColumns.sketches(rows, columns));
  }
}
