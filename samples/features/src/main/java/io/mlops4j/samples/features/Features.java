package io.mlops4j.samples.features;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.model.ModelCard;
import io.mlops4j.monitor.profile.Profile;
import io.mlops4j.monitor.quality.QualityReference;
import io.mlops4j.monitor.quality.QualityReport;
import io.mlops4j.monitor.quality.QualitySuite;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.view.FeatureRow;
import io.mlops4j.runtime.view.FeatureSource;
import io.mlops4j.runtime.view.FeatureView;
import io.mlops4j.runtime.view.JdbcOnlineStore;
import io.mlops4j.runtime.view.Materialization;
import io.mlops4j.runtime.view.OnlineFeatures;
import io.mlops4j.runtime.view.OnlineStore;
import io.mlops4j.runtime.view.ParityCheck;
import io.mlops4j.runtime.view.TrainingSet;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/** A month of flights: features for training and for service from one definition. */
final class Features {
  private static final Instant NOW = Instant.parse("2001-01-31T18:00:00Z");

  private final Path data;
  private final Path output;
  private final PrintStream screen;

  Features(Path sample, Path output, PrintStream screen) {
    this.data = sample.resolve("data");
    this.output = output;
    this.screen = screen;
  }

  /**
   * What happened.
   *
   * @param refusal the message that explains the leak
   * @param leaky how well the leaking feature seems to tell late flights apart
   * @param honest how well the honest one does
   * @param set the training set
   * @param card the card that names it
   * @param atlanta the row that a service reads
   * @param parity the comparison of both paths
   * @param quality the comparison of two halves of the month
   */
  record Outcome(
      String refusal,
      double leaky,
      double honest,
      TrainingSet set,
      ModelCard card,
      Optional<FeatureRow> atlanta,
      ParityCheck.Report parity,
      QualityReport quality) {}

  /** The optional argument is the folder for the output. */
  public static void main(String[] args) throws IOException {
    Path here = Path.of("");
    Path sample = Files.isDirectory(here.resolve("data")) ? here : Path.of("samples", "features");
    Path output = args.length > 0 ? Path.of(args[0]) : sample.resolve("target/features");
    new Features(sample, output, System.out).run();
  }

  Outcome run() throws IOException {
    Files.createDirectories(output);
    Views views = new Views(data);
    try (ModelRuntime runtime = ModelRuntime.open()) {
      String refusal = refusal(views.wholeDay());
      screen.println("1. The mean delay of the whole day is refused:\n   " + refusal);

      Path leaky = output.resolve("leaky.parquet");
      departures("2001-01-01", "2001-02-01")
          .lookAheadChecks(0) // to show what it costs
          .view(views.wholeDay(), Map.of("airport", "origin"), "")
          .write(leaky);
      TrainingSet set = training("training.parquet", "2001-01-01", "2001-02-01", views);
      double tooGood = Ranking.auc(runtime, leaky, "delay_day");
      double honest = Ranking.auc(runtime, set.file(), "delay_3h");
      screen.printf(
          Locale.ROOT,
          "%n2. It would seem to tell late flights apart with an AUC of %.3f. What is known before"
              + " departure has %.3f.%n%n3. The training set:%n   %s%n",
          tooGood,
          honest,
          set.toString().replace("\n", "\n   "));
      ModelCard card = ModelCard.builder("flight-delay").trainedOn(set.dataset()).build();

      Properties user = new Properties();
      try (OnlineStore store =
          JdbcOnlineStore.open("jdbc:h2:mem:features;DB_CLOSE_DELAY=-1", user)) {
        Optional<FeatureRow> atlanta = serve(views.airport(), store);
        ParityCheck.Report parity =
            ParityCheck.of(views.airport(), store)
                .withClock(Clock.fixed(NOW, ZoneOffset.UTC))
                .withSample(200, 1)
                .run();
        screen.println("\n5. Both paths, compared: " + parity);
        QualityReport quality = quality(runtime, views);
        screen.println("\n6. The second half of the month against the first: " + quality);
        return new Outcome(refusal, tooGood, honest, set, card, atlanta, parity, quality);
      }
    }
  }

  /** The flights that depart in a period, and what shall be predicted. */
  private TrainingSet.Builder departures(String from, String to) {
    String file = data.resolve("departures.parquet").toString().replace("'", "''");
    FeatureSource flights =
        FeatureSource.sql(
            "SELECT * FROM read_parquet('%s') WHERE departure >= '%s' AND departure < '%s'"
                .formatted(file, from, to));
    return TrainingSet.builder(flights, "departure").label("late");
  }

  private TrainingSet training(String name, String from, String to, Views views) {
    return departures(from, to)
        .view(views.airport(), Map.of("airport", "origin"), "")
        .view(views.airport(), Map.of("airport", "destination"), "destination_")
        .view(views.route())
        .write(output.resolve(name));
  }

  private String refusal(FeatureView leaking) {
    try {
      departures("2001-01-01", "2001-02-01")
          .view(leaking, Map.of("airport", "origin"), "")
          .write(output.resolve("never.parquet"));
      return "it was not refused";
    } catch (DataException e) {
      return String.valueOf(e.getMessage());
    }
  }

  private Optional<FeatureRow> serve(FeatureView view, OnlineStore store) {
    Materialization done = Materialization.builder(view, store).until(NOW).run();
    try (OnlineFeatures online =
        OnlineFeatures.builder(view, store).clock(Clock.fixed(NOW, ZoneOffset.UTC)).build()) {
      Optional<FeatureRow> atlanta = online.read("ATL");
      screen.println("\n4. The newest rows, in a database: " + done);
      atlanta.ifPresent(row -> screen.println("   A service reads of ATL: " + row));
      return atlanta;
    }
  }

  private QualityReport quality(ModelRuntime runtime, Views views) {
    Path first = training("first-half.parquet", "2001-01-01", "2001-01-16", views).file();
    Path second = training("second-half.parquet", "2001-01-16", "2001-02-01", views).file();
    String[] features = {"delay_3h", "landings_3h", "last_delay", "late"};
    QualityReference.Builder reference =
        QualityReference.builder(Profile.builder().columns(features));
    try (FeatureReader rows = runtime.read(first)) {
      rows.forEach(reference::add);
    }
    try (FeatureReader rows = runtime.read(second)) {
      return QualitySuite.of(reference.build()).check(rows);
    }
  }
}
