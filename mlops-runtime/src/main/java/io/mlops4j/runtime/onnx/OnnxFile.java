package io.mlops4j.runtime.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.model.ModelFormat;
import io.mlops4j.runtime.onnx.graph.OnnxGraph;
import io.mlops4j.runtime.onnx.graph.SessionModel;
import io.mlops4j.spi.ModelSource;
import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A model's file and its declarations.
 *
 * @param source where it came from
 * @param bytes of the main file
 * @param graph the declarations in these bytes
 * @param content the verified bytes from which a session is opened
 */
record OnnxFile(ModelSource source, ByteBuffer bytes, OnnxGraph graph, SessionModel content) {
  static OnnxFile read(ModelSource source, boolean trusted) {
    return read(source, trusted, true);
  }

  /**
   * Reads a model's file.
   *
   * @param trusted whether its maker is trusted
   * @param unknownTypes whether divisions get a guard if their type is unknown
   * @throws ModelLoadException if it is not an ONNX model, if Java cannot feed one of its inputs,
   *     or if external weights are missing
   */
  static OnnxFile read(ModelSource source, boolean trusted, boolean unknownTypes) {
    ByteBuffer bytes = bytes(source);
    OnnxGraph graph = OnnxGraph.read(bytes, source.main());
    return new OnnxFile(
        source, bytes, graph, SessionModel.of(source, bytes, graph, trusted, unknownTypes));
  }

  private static ByteBuffer bytes(ModelSource source) {
    ByteBuffer bytes = source.bytes();
    if (!source.format().equals(ModelFormat.ONNX) || bytes == null) {
      throw new ModelLoadException(
          "%s: found format %s, expected %s in one file"
              .formatted(source.main(), source.format().id(), ModelFormat.ONNX.id()),
          null);
    }
    if (!bytes.hasRemaining()) {
      throw new ModelLoadException(
          source.main() + ": found an empty file, expected an ONNX model", null);
    }
    return bytes.slice();
  }

  ModelLoadException refused(OrtException e) {
    return new ModelLoadException(
        "%s: found %d bytes that ONNX Runtime %s refuses (%s), expected a complete ONNX model of operator sets that it knows; the file asks for %s: export it again, for older sets if need be, or check that it was not cut or altered"
            .formatted(
                source.main(),
                bytes.limit(),
                OrtEnvironment.getEnvironment().getVersion(),
                Objects.toString(e.getMessage()).strip(),
                graph.operatorSetsText()),
        NativeMemory.cause(e));
  }
}
