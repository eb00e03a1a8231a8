package io.mlops4j.runtime.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.TensorProto.DataType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes tensors of text from distinct texts and codes. ONNX Runtime's Java API needs about 170 ns
 * to pass one text. A small model of one {@code Gather} copies a text in about 10 ns, so it pays to
 * pass each distinct text once. Thread safe.
 */
final class RepeatedText implements AutoCloseable {
  /** The least number of values: below it, a run of the small model costs more than it saves. */
  static final int WORTH_GATHERING = 256;

  private static final String TEXTS = "texts";
  private static final String CODES = "codes";
  private static final String GATHERED = "gathered";

  private final OrtEnvironment environment;
  private @Nullable OrtSession gather;
  private boolean closed;

  RepeatedText(OrtEnvironment environment) {
    this.environment = environment;
  }

  /**
   * Returns a tensor in ONNX Runtime's own memory, with the shape of the codes. The caller closes
   * it.
   *
   * @param texts a list of texts
   * @param codes int32 indices into the texts
   */
  OnnxTensor of(OnnxTensor texts, OnnxTensor codes) throws OrtException {
    // Closing the result would close its tensor.
    return (OnnxTensor) session().run(Map.of(TEXTS, texts, CODES, codes)).get(0);
  }

  /** Opens the session at the first use, because most models get short texts or few rows. */
  private synchronized OrtSession session() throws OrtException {
    if (closed) {
      throw new IllegalStateException("the model is closed");
    }
    OrtSession opened = gather;
    if (opened == null) {
      opened =
          SmallModel.session(
              environment,
              GraphProto.newBuilder()
                  .setName(GATHERED)
                  .addInput(SmallModel.value(TEXTS, DataType.STRING))
                  .addInput(SmallModel.value(CODES, DataType.INT32))
                  .addNode(SmallModel.node("Gather", GATHERED, TEXTS, CODES))
                  .addOutput(SmallModel.value(GATHERED, DataType.STRING)));
      gather = opened;
    }
    return opened;
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (gather != null) {
      try {
        gather.close();
      } catch (OrtException e) {
        throw new IllegalStateException("ONNX Runtime cannot close a session", e);
      }
      gather = null;
    }
  }
}
