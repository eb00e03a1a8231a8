package io.mlops4j.runtime.onnx.graph;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A tensor whose elements lie in another file than the model.
 *
 * @param name its name, which may be empty outside of the main graph
 * @param dataType the type of its elements, as {@code TensorProto.DataType} numbers them
 * @param dims its shape
 * @param entries where it lies: {@code location}, {@code offset}, {@code length}; the {@code
 *     checksum} is ignored, as ONNX Runtime does, because a digest covers the file
 * @param initializer whether it is an initialiser of the main graph
 */
record ExternalTensor(
    String name, int dataType, List<Long> dims, Map<String, String> entries, boolean initializer) {

  static ExternalTensor of(TensorProto tensor) {
    Map<String, String> entries = new HashMap<>();
    for (StringStringEntryProto entry : tensor.getExternalDataList()) {
      entries.put(entry.getKey(), entry.getValue());
    }
    return new ExternalTensor(
        tensor.getName(), tensor.getDataType(), tensor.getDimsList(), entries, false);
  }

  static boolean isExternal(TensorProto tensor) {
    return tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL;
  }

  /** Returns the shape as a new array. */
  long[] shape() {
    return dims.stream().mapToLong(Long::longValue).toArray();
  }

  /** For messages. */
  @Override
  public String toString() {
    return "tensor %s of %s%s"
        .formatted(
            name.isEmpty() ? "without a name" : name,
            ProtoTypes.name(dataType),
            Arrays.toString(shape()));
  }
}
