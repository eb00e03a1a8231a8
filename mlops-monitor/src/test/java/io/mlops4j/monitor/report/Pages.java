package io.mlops4j.monitor.report;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.Flights;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.report.HtmlReport.Tone;
import java.nio.file.Path;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/** Pages for the tests, and for whoever wants to look at some: run it with a folder. */
final class Pages {
  static final String EVIL = "<script>alert(\"x\")</script>";

  private Pages() {}

  public static void main(String[] args) {
    Path folder = Path.of(args[0]);
    months().write(folder.resolve("months.html"));
    kilometres().writeHtml(folder.resolve("kilometres.html"));
  }

  /** Flights of February with a distance planted in kilometres. */
  static DriftReport kilometres() {
    return report("02", 1.609344);
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
