package io.mlops4j.runtime.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.TextFormat;

/** Models written as the text form of their protobuf. */
final class ProtoText {
  private ProtoText() {}

  /** A model of operator set 20, whose graph is given. */
  static byte[] model(String graph) {
    return of(
        """
        ir_version: 9
        opset_import { version: 20 }
        opset_import { domain: "ai.onnx.ml" version: 4 }
        graph { name: "g" %s }
        """
            .formatted(graph));
  }

  /** A whole model. */
  static byte[] of(String model) {
    ModelProto.Builder builder = ModelProto.newBuilder();
    try {
      TextFormat.merge(model, builder);
    } catch (TextFormat.ParseException e) {
      throw new IllegalArgumentException(e);
    }
    return builder.build().toByteArray();
  }

  /** An input or output of one dimension. */
  static String value(String side, String name, int type) {
    return "%s { name: \"%s\" type { tensor_type { elem_type: %d shape { dim { dim_param: \"N\" } } } } }\n"
        .formatted(side, name, type);
  }
}
