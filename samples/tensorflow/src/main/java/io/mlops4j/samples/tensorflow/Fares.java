package io.mlops4j.samples.tensorflow;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.inference.RowModel;
import io.mlops4j.runtime.ModelRuntime;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * A TensorFlow SavedModel in process: what does a flight cost? The model has variables, an input of
 * text and two signatures.
 */
public final class Fares {
  static final List<Trip> TRIPS =
      List.of(new Trip("economy", 300), new Trip("economy", 1000), new Trip("business", 1000));

  /** The inputs of the default signature, by name. */
  record Trip(String cabin, float distance) {}

  /** Its output. */
  record Quote(float fare) {}

  private Fares() {}

  static void ask(Path savedModel, PrintStream out) {
    try (ModelRuntime runtime = ModelRuntime.open()) {
      try (Model fares = runtime.load(savedModel)) {
        out.println(fares.servedBy() + ": " + fares.signature());
        RowModel<Trip, Quote> quotes = fares.rows(Trip.class, Quote.class);
        for (Trip trip : TRIPS) {
          float fare = quotes.predict(trip).fare();
          out.printf(Locale.ROOT, "%-8s %6.0f km %8.2f EUR%n", trip.cabin(), trip.distance(), fare);
        }
      }
      LoadOptions other = LoadOptions.builder().signature("label").build();
      try (Model labels = runtime.load(savedModel, other);
          FeatureBatch batch =
              FeatureBatch.builder(runtime.allocator())
                  .strings("cabin", " economy", "business ")
                  .build();
          Prediction prediction = labels.predict(batch)) {
        out.println("label: " + String.join(", ", prediction.strings("label")));
      }
    }
  }

  /**
   * Calls the model and prints its answers.
   *
   * @param args the folder of the SavedModel
   */
  public static void main(String[] args) {
    ask(Path.of(args[0]), System.out);
  }
}
