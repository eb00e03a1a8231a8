package io.mlops4j.runtime.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto.AttributeType;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.mlops4j.model.ElementType;
import io.mlops4j.model.ModelSignature;
import io.mlops4j.model.TensorSpec;
import io.mlops4j.model.ValueSpec;
import io.mlops4j.runtime.onnx.graph.ElementTypes;
import io.mlops4j.runtime.onnx.graph.ProtoTypes;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Makes tensors of uint16, uint32 and uint64, which ONNX Runtime's Java API cannot make. A model of
 * one {@code Cast} for each type makes them from signed tensors and keeps the bits. Runs are thread
 * safe.
 */
final class UnsignedTensors implements AutoCloseable {
  private static final String SIGNED = "signed";
  private static final String UNSIGNED = "unsigned";

  private final Map<ElementType, OrtSession> casts = new EnumMap<>(ElementType.class);

  private UnsignedTensors() {}

  /**
   * Opens the casts that the inputs of a session need, often none. The caller closes the result.
   */
  static UnsignedTensors open(
      OrtEnvironment environment, ModelSignature signature, OpenSession session)
      throws OrtException {
    UnsignedTensors tensors = new UnsignedTensors();
    try {
      for (ValueSpec input : signature.inputs()) {
        ElementType type = ((TensorSpec) input).type();
        if (!ElementTypes.canBeMade(type)
            && !session.canPin(type)
            && !tensors.casts.containsKey(type)) {
          tensors.casts.put(type, SmallModel.session(environment, cast(type)));
        }
      }
      return tensors;
    } catch (OrtException | RuntimeException | Error e) {
      tensors.close();
      throw e;
    }
  }

  /** Returns a model of one operator, to try devices with. */
  static ByteBuffer smallest() {
    return ByteBuffer.wrap(SmallModel.of(cast(ElementType.UINT32)));
  }

  private static GraphProto.Builder cast(ElementType type) {
    DataType to = ProtoTypes.of(type);
    return GraphProto.newBuilder()
        .setName(UNSIGNED)
        .addNode(
            SmallModel.node("Cast", UNSIGNED, SIGNED)
                .addAttribute(SmallModel.attribute("to", AttributeType.INT).setI(to.getNumber())))
        .addInput(SmallModel.value(SIGNED, ProtoTypes.of(ElementTypes.signed(type))))
        .addOutput(SmallModel.value(UNSIGNED, to));
  }

  /**
   * Returns a tensor in ONNX Runtime's own memory. The caller closes it.
   *
   * @param type one of the signature's unsigned types
   * @param signed a tensor of the same bits, which must outlive the result
   */
  UnsignedTensor of(ElementType type, OnnxTensor signed) throws OrtException {
    OrtSession cast = Objects.requireNonNull(casts.get(type), type::toString);
    // Closing the result would close its tensor.
    OnnxTensor unsigned = (OnnxTensor) cast.run(Map.of(SIGNED, signed)).get(0);
    return new UnsignedTensor(cast, signed, unsigned);
  }

  /**
   * A tensor that follows a signed one.
   *
   * @param cast makes the bits of one from those of the other
   * @param signed a tensor over the input's own memory
   * @param unsigned to be fed to a model
   */
  record UnsignedTensor(OrtSession cast, OnnxTensor signed, OnnxTensor unsigned) {
    /** Copies the present content of the signed tensor. */
    void refresh() throws OrtException {
      cast.run(Map.of(SIGNED, signed), Set.of(), Map.of(UNSIGNED, unsigned)).close();
    }
  }

  @Override
  public void close() {
    for (OrtSession cast : casts.values()) {
      try {
        cast.close();
      } catch (OrtException e) {
        throw new IllegalStateException("ONNX Runtime cannot close a session", e);
      }
    }
    casts.clear();
  }
}
