package io.mlops4j.bench.live;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.NullPolicy;
import io.mlops4j.runtime.ModelRuntime;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.apache.arrow.memory.BufferAllocator;

/** Version 1 of the quickstart's flight-delay, a logistic regression that learned from January. */
final class FlightModel implements AutoCloseable {
  private static final String FILE = "/io/mlops4j/bench/flight-delay-1.onnx";

  /** The model learned from every so many-th row. */
  static final int LEARNED_EVERY = 20;

  private final ModelRuntime runtime = ModelRuntime.open();
  private final Path file;
  private final Model model;

  FlightModel() {
    file = unpacked();
    model =
        runtime.load(
            file,
            LoadOptions.builder()
                .features(
                    FeatureSchema.of(
                            Feature.of("distance").withNulls(NullPolicy.replaceWith(0f)),
                            Feature.of("hour").withNulls(NullPolicy.replaceWith(0L)),
                            Feature.of("weekday").withNulls(NullPolicy.replaceWith(0L)),
                            Feature.of("origin").withNulls(NullPolicy.replaceWith("")),
                            Feature.of("destination").withNulls(NullPolicy.replaceWith("")))
                        .withKey(Batches.KEY))
                .build());
  }

  private static Path unpacked() {
    try (InputStream in = FlightModel.class.getResourceAsStream(FILE)) {
      if (in == null) {
        throw new IllegalStateException(
            "flight-delay-1.onnx is not in the jar, where the build copies it");
      }
      Path file = Files.createTempFile("flight-delay", ".onnx");
      Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  BufferAllocator memory() {
    return runtime.allocator();
  }

  /** Writes the model's answers into the rows. */
  void answer(Rows rows, FeatureBatch features) {
    try (Prediction answer = model.predict(features)) {
      answer.floats(Layout.SCORE, rows.scores, 0);
    }
  }

  @Override
  public void close() {
    model.close();
    runtime.close();
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
