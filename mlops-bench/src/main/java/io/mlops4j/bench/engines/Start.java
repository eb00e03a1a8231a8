package io.mlops4j.bench.engines;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.memory.DirectMemory;
import io.mlops4j.spi.EngineOptions;
import io.mlops4j.spi.EngineProvider;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/** What only the first in a process does: prints the nanoseconds as the last line. */
final class Start {
  /** How far to go. */
  enum Until {
    /** ONNX Runtime is there. */
    ENGINE,
    /** A small model has answered a batch: this is mostly the loading of classes. */
    ANSWER,
    /** A small model has answered a record. */
    RECORD,
    /** The same model has answered through ONNX Runtime's Java API. */
    RAW
  }

  private Start() {}

  /**
   * Prints the nanoseconds.
   *
   * @param arguments how far, the small model, and where native libraries are kept, if they are
   */
  public static void main(String[] arguments) throws Exception {
    Path model = Path.of(arguments[1]);
    List<Path> kept = arguments.length > 2 ? List.of(Path.of(arguments[2])) : List.of();
    System.out.println(
        switch (Until.valueOf(arguments[0])) {
          case ENGINE -> engine(kept);
          case ANSWER -> answer(model, kept);
          case RECORD -> record(model, kept);
          case RAW -> raw(model);
        });
  }

  private static long engine(List<Path> kept) {
    EngineOptions options = EngineOptions.of(new DirectMemory(), 1);
    for (Path folder : kept) {
      options = options.withNativeCache(folder);
    }
    EngineProvider provider =
        ServiceLoader.load(EngineProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(one -> one.formats().contains(ModelFormat.ONNX))
            .findFirst()
            .orElseThrow();
    long begin = System.nanoTime();
    provider.open(options);
    return System.nanoTime() - begin;
  }

  private static long answer(Path small, List<Path> kept) {
    long begin = System.nanoTime();
    try (ModelRuntime runtime = runtime(kept);
        Model model = runtime.load(small, options());
        FeatureBatch row = Mlp32.columns(1, runtime.allocator())) {
      model.predict(row).close();
      return System.nanoTime() - begin;
    }
  }

  private static ModelRuntime runtime(List<Path> kept) {
    ModelRuntime.Builder builder = ModelRuntime.builder().threads(1);
    kept.forEach(builder::nativeCache);
    return builder.open();
  }

  private static LoadOptions options() {
    return LoadOptions.builder().features(FeatureSchema.ofNames(Mlp32.names())).build();
  }

  private static long record(Path small, List<Path> kept) {
    long begin = System.nanoTime();
    try (ModelRuntime runtime = runtime(kept);
        Model model = runtime.load(small, options())) {
      Row32 row = Row32.of(Mlp32.rows(1));
      float answer = model.rows(Row32.class, OursRecord.Score.class).predict(row).y();
      return finite(answer, System.nanoTime() - begin);
    }
  }

  private static long raw(Path small) throws Exception {
    long begin = System.nanoTime();
    Map<String, RawBest.Input> row = Map.of("x", RawBest.floats(Mlp32.rows(1), 1, Mlp32.FEATURES));
    try (RawBest model = new RawBest(small, row, "y", 1, 1)) {
      return finite(model.run(), System.nanoTime() - begin);
    }
  }

  private static long finite(float answer, long nanos) {
    if (!Float.isFinite(answer)) {
      throw new IllegalStateException("found the answer " + answer);
    }
    return nanos;
  }
}
