package io.mlops4j.monitor.report;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.drift.DriftReport;
import io.mlops4j.monitor.profile.Flights;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.report.HtmlReport.Tone;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** Pages for the tests, and for whoever wants to look at some: run it with a folder. */
final class Pages {
  static final String EVIL = "<script>alert(\"x\")</script>";

  private Pages() {}

  public static void main(String[] args) {
    Path folder = Path.of(args[0]);
    months().write(folder.resolve("months.html"));
    HtmlReport.of(kilometres()).write(folder.resolve("kilometres.html"));
    HtmlReport.of(hundred()).write(folder.resolve("hundred.html"));
  }

  /** Flights of February with a distance planted in kilometres. */
  static DriftReport kilometres() {
    return report("02", 1.609344);
  }

  /** Fifty columns of numbers and fifty of categories, of which most have moved. */
  static DriftReport hundred() {
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch before = columns(allocator, 0);
        FeatureBatch after = columns(allocator, 1)) {
      Profile reference = Profile.of(List.of(before));
      return DriftReport.compare(reference, reference.profile(List.of(after)));
    }
  }

  private static FeatureBatch columns(BufferAllocator allocator, int side) {
    Random random = new Random(side);
    FeatureBatch.Builder columns = FeatureBatch.builder(allocator);
    for (int i = 0; i < 50; i++) {
      double moved = side * i / 40.0;
      columns.doubles(
          "measurement_%02d_of_the_device".formatted(i),
          IntStream.range(0, 2000).mapToDouble(r -> random.nextGaussian() + moved).toArray());
      columns.strings(
          "category_%02d_of_the_customer".formatted(i),
          IntStream.range(0, 2000)
              .mapToObj(r -> "kind of thing no. " + (int) (30 * random.nextDouble() / (1 + moved)))
              .toArray(String[]::new));
    }
    return columns.build();
  }

  static DriftReport report(String month, double perMile) {
    try (BufferAllocator allocator = new RootAllocator();
        FeatureBatch january = Flights.of("01").batch(allocator);
        FeatureBatch rows = Flights.of(month).batch(allocator, perMile);
        FeatureBatch before = outputs(allocator, january.rows(), 0);
        FeatureBatch after = outputs(allocator, rows.rows(), 0.002f)) {
      Profile reference = Profile.builder().categories("weekday").add(january, before).build();
      return DriftReport.compare(reference, reference.counting().add(rows, after).build());
    }
  }

  /** A bell of made-up probabilities. */
  private static FeatureBatch outputs(BufferAllocator allocator, int rows, float moved) {
    float[] values = new float[rows];
    for (int i = 0; i < rows; i++) {
      double u = (i + 0.5) / rows;
      values[i] = (float) (0.2 + 0.05 * Math.log(u / (1 - u))) + moved;
    }
    return FeatureBatch.builder(allocator).floats("probability", values).build();
  }

  /** A page of all kinds of parts, some with names that want to be HTML. */
  static HtmlReport months() {
    return HtmlReport.builder("Flights of 2001: half a year of " + EVIL)
        .paragraph(
            "A model of January predicts whether a flight arrives more than 15 minutes late. Stable"
                + " features are the true answer; only the share of late flights moves.")
        .notice(Tone.ALARM, "Alarm in May: version 3 of flight-delay fell to an AUC of 0.36.")
        .notice(Tone.GOOD, "Rolled back to version 2 by the delay-service within 612 rows.")
        .notice(Tone.NEUTRAL, "Labels have come for 97 % of the rows.")
        .heading("Month by month")
        .table(
            "Predictions and labels by month",
            List.of("Month", "Rows", "Mean probability", "Late", "ROC AUC", "Served by", "Verdict"),
            List.of(
                List.of(
                    "February", "22,909", "0.206", "23.5 %", "0.645", "flight-delay:1", "stable"),
                List.of("March", "25,575", "0.204", "20.8 %", "0.640", "flight-delay:2", "stable"),
                List.of("April", "25,052", "0.203", "18.2 %", "0.638", "flight-delay:2", "stable")))
        .drift("March against January", report("03", 1))
        .drift("A week in kilometres (planted)", kilometres())
        .build();
  }
}
