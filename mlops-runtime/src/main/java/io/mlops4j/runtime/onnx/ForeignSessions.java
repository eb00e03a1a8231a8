package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtException;
import io.mlops4j.runtime.memory.Native;
import io.mlops4j.runtime.onnx.device.Devices;
import io.mlops4j.runtime.onnx.environment.LargeStack;
import io.mlops4j.runtime.onnx.foreign.ForeignOptions;
import io.mlops4j.runtime.onnx.foreign.ForeignRuntime;
import io.mlops4j.runtime.onnx.foreign.ForeignSession;
import io.mlops4j.runtime.onnx.foreign.ForeignTensor;
import io.mlops4j.runtime.onnx.graph.OnnxGraph;
import io.mlops4j.runtime.onnx.graph.SessionModel;
import io.mlops4j.spi.LoadRequest;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Opens sessions that are called through {@code java.lang.foreign}. Thread safe. */
final class ForeignSessions {
  private final ForeignRuntime.Attempt attempt;

  ForeignSessions(ForeignRuntime.Attempt attempt) {
    this.attempt = attempt;
  }

  /** Returns why a model must be called through JNI; null if it need not. */
  @Nullable String obstacle(OnnxGraph graph, Devices devices, boolean profiled) {
    return attempt.runtime() == null
        ? attempt.obstacle()
        : ForeignFit.obstacle(graph, devices, profiled);
  }

  /** Describes for people why calls use JNI. */
  static String jni(String obstacle) {
    return "JNI (" + obstacle + ")";
  }

  /**
   * Opens a model without an obstacle.
   *
   * @throws OrtException if ONNX Runtime refuses the model
   */
  OpenSession open(
      SessionModel model, SessionSettings settings, Devices devices, LoadRequest request)
      throws OrtException {
    ForeignRuntime runtime = Objects.requireNonNull(attempt.runtime());
    ForeignOptions options = runtime.options();
    Map<String, ForeignTensor> weights = new LinkedHashMap<>();
    ForeignSession session = null;
    boolean opened = false;
    try {
      settings.applyTo(options);
      // What an earlier call left would count, but not do for a larger one.
      boolean releases = request.releasesMemory() || request.memoryLimit().isPresent();
      if (request.memoryLimit().isPresent()) {
        options.memoryLimit(request.memoryLimit().getAsLong());
      }
      for (Map.Entry<String, SessionModel.Weight> weight : model.weights().entrySet()) {
        weights.put(weight.getKey(), tensor(runtime, weight.getValue()));
      }
      if (!weights.isEmpty()) {
        options.initializers(weights);
      }
      session = LargeStack.open(() -> ForeignSession.open(runtime, model.model(), options));
      Set<String> outputs =
          session.outputs().stream()
              .map(ForeignSession.Declared::name)
              .collect(Collectors.toUnmodifiableSet());
      opened = true;
      return new ForeignOnnxSession(runtime, session, outputs, devices, releases);
    } finally {
      weights.values().forEach(ForeignTensor::close); // the session has copies
      Reference.reachabilityFence(model); // it owns the memory of the weights
      if (session == null) {
        options.close();
      } else if (!opened) {
        session.close();
      }
    }
  }

  private static ForeignTensor tensor(ForeignRuntime runtime, SessionModel.Weight weight)
      throws OrtException {
    ByteBuffer elements = weight.elements();
    long[] dims = weight.dims().stream().mapToLong(Long::longValue).toArray();
    return runtime.tensor(
        Native.address(elements) + elements.position(), elements.remaining(), weight.type(), dims);
  }
}
