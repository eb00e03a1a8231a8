package io.mlops4j.runtime.onnx;

import io.mlops4j.error.EngineUnavailableException;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.runtime.onnx.device.Devices;
import io.mlops4j.runtime.onnx.environment.OnnxVersion;
import io.mlops4j.spi.Engine;
import io.mlops4j.spi.EngineOptions;
import io.mlops4j.spi.EngineProvider;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.Set;

/**
 * Offers ONNX Runtime under the name {@code onnxruntime}. Thread safe; loads no native code before
 * {@link #open}.
 */
public final class OnnxEngineProvider implements EngineProvider {
  private static final String ARTIFACT =
      "com.microsoft.onnxruntime:onnxruntime:" + OnnxVersion.TESTED;

  /** For {@link java.util.ServiceLoader}. */
  public OnnxEngineProvider() {}

  @Override
  public String name() {
    return "onnxruntime";
  }

  @Override
  public Set<ModelFormat> formats() {
    return Set.of(ModelFormat.ONNX);
  }

  @Override
  public Set<String> devices() {
    return Devices.known();
  }

  @Override
  public Optional<String> missing() {
    return missing(OnnxEngineProvider.class.getClassLoader());
  }

  static Optional<String> missing(ClassLoader loader) {
    try {
      Class<?> environment = Class.forName("ai.onnxruntime.OrtEnvironment", false, loader);
      Class<?> options = Class.forName("ai.onnxruntime.OrtSession$SessionOptions", false, loader);
      environment.getMethod("createSession", ByteBuffer.class, options); // the newest one
      return Optional.empty();
    } catch (NoSuchMethodException e) {
      return Optional.of(
          "found an ONNX Runtime on the class path that is too old, expected "
              + ARTIFACT
              + "; run mvn dependency:tree to find the dependency that brings it, and exclude it there");
    } catch (ClassNotFoundException e) {
      return Optional.of(
          "found no ONNX Runtime on the class path: add "
              + ARTIFACT
              + ", or onnxruntime_gpu of that version in its place for CUDA");
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException if the memory is not the runtime's own memory, which alone can
   *     give ONNX Runtime buffers
   */
  @Override
  public Engine open(EngineOptions options) {
    missing()
        .ifPresent(
            reason -> {
              throw new EngineUnavailableException("onnxruntime: " + reason, null);
            });
    return OnnxEngine.open(options);
  }
}
