package io.mlops4j.bench.engines;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCache;
import io.mlops4j.runtime.ModelRuntime;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Opens all-MiniLM-L6-v2 with this library and a cache of models. */
final class OpenOurs implements Opening {
  private final Path model;
  private final ModelRuntime runtime;
  private @Nullable Model open;

  private OpenOurs(Path model, Path small, Path cache) {
    this.model = model;
    runtime = Runtimes.oneThread().modelCache(ModelCache.in(cache)).open();
    LoadOptions plain = LoadOptions.builder().uncached().build();
    try (Model first =
            runtime.load(
                small, plain.toBuilder().features(FeatureSchema.ofNames(Mlp32.names())).build());
        FeatureBatch row = Mlp32.columns(1, runtime.allocator())) {
      first.predict(row).close();
    }
  }

  /**
   * Prints the cost.
   *
   * @param arguments which cost, the model, a small one, the folder of the cache
   */
  public static void main(String[] arguments) throws Exception {
    try (Opening ours =
        new OpenOurs(Path.of(arguments[1]), Path.of(arguments[2]), Path.of(arguments[3]))) {
      Opening.print(Cost.valueOf(arguments[0]), ours);
    }
  }

  @Override
  public void open() {
    open = runtime.load(model);
  }

  @Override
  public void answer() {
    try (FeatureBatch text = MiniLm.batch(1, runtime.allocator())) {
      Objects.requireNonNull(open).predict(text).close();
    }
  }

  @Override
  public void close() {
    if (open != null) {
      open.close();
    }
    runtime.close();
  }
}
