package io.mlops4j.runtime.tensorflow;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.runtime.compatibility.EngineUnderTest;
import io.mlops4j.runtime.compatibility.Job;
import io.mlops4j.runtime.compatibility.TestModel;
import io.mlops4j.spi.EngineProvider;
import java.nio.file.Path;
import java.util.Locale;

/** One SavedModel with a signature for each job. */
final class TensorFlowUnderTest implements EngineUnderTest {
  static final Path MODELS = Path.of("src/test/resources/io/mlops4j/runtime/models/tensorflow");
  static final Path JOBS = MODELS.resolve("jobs");

  @Override
  public EngineProvider provider() {
    return new TensorFlowEngineProvider();
  }

  @Override
  public ModelFormat format() {
    return ModelFormat.TENSORFLOW;
  }

  @Override
  public TestModel model(Job job) {
    return new TestModel(JOBS, job.name().toLowerCase(Locale.ROOT));
  }

  @Override
  public TestModel identity(ElementType type) {
    return new TestModel(
        JOBS,
        "identity_"
            + switch (type) {
              case FLOAT16 -> "half";
              case FLOAT32 -> "float";
              case FLOAT64 -> "double";
              default -> type.toString();
            });
  }

  @Override
  public long slow() {
    return 2000;
  }
}
