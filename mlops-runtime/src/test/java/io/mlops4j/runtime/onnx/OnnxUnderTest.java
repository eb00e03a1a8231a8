package io.mlops4j.runtime.onnx;

import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.runtime.compatibility.EngineUnderTest;
import io.mlops4j.runtime.compatibility.Job;
import io.mlops4j.runtime.compatibility.TestModel;
import io.mlops4j.spi.EngineProvider;
import java.nio.file.Path;
import java.util.Locale;

/** A file for each job. */
final class OnnxUnderTest implements EngineUnderTest {
  private static final Path MODELS = Path.of("src/test/resources/io/mlops4j/runtime/models");

  @Override
  public EngineProvider provider() {
    return new OnnxEngineProvider();
  }

  @Override
  public ModelFormat format() {
    return ModelFormat.ONNX;
  }

  @Override
  public TestModel model(Job job) {
    String name = job.name().toLowerCase(Locale.ROOT) + ".onnx";
    return TestModel.of(MODELS.resolve("compatibility").resolve(name));
  }

  @Override
  public TestModel identity(ElementType type) {
    return TestModel.of(MODELS.resolve("engine/type_" + type + ".onnx"));
  }

  @Override
  public long slow() {
    return Long.MAX_VALUE;
  }
}
