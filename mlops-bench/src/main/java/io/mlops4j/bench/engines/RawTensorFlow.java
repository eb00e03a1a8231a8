package io.mlops4j.bench.engines;

import io.mlops4j.bench.ratios.Side;
import java.nio.file.Path;
import org.tensorflow.Output;
import org.tensorflow.Result;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.types.TFloat32;

/**
 * TensorFlow's Java API at its best: the calling thread runs the model, the rows lie ready in a
 * tensor, what is fed and fetched was looked up once, and the answer is read where TensorFlow made
 * it.
 */
final class RawTensorFlow implements Side {
  private static final String PHYSICAL_BYTES = "org.bytedeco.javacpp.maxPhysicalBytes";
  private static final int IN_THE_CALLING_THREAD = -1;

  static {
    if (System.getProperty(PHYSICAL_BYTES) == null) {
      System.setProperty(PHYSICAL_BYTES, "0"); // else JavaCPP may sleep when it allocates
    }
  }

  private final SavedModelBundle model;
  private final TFloat32 input;
  private final Session.Runner runner;
  private final float[] answer;

  /** Of a model with input x [N,32] and output y [N,1]. */
  RawTensorFlow(Path folder, int rows) {
    ConfigProto oneThread =
        ConfigProto.newBuilder()
            .setInterOpParallelismThreads(IN_THE_CALLING_THREAD)
            .setIntraOpParallelismThreads(1)
            .build();
    model =
        SavedModelBundle.loader(folder.toString())
            .withTags(SavedModelBundle.DEFAULT_TAG)
            .withConfigProto(oneThread)
            .load();
    input = TFloat32.tensorOf(Shape.of(rows, Mlp32.FEATURES), DataBuffers.of(Mlp32.rows(rows)));
    SignatureDef signature = model.metaGraphDef().getSignatureDefOrThrow(Signature.DEFAULT_KEY);
    runner =
        model
            .session()
            .runner()
            .feed(find(signature.getInputsOrThrow("x")), input)
            .fetch(find(signature.getOutputsOrThrow("y")));
    answer = new float[rows];
  }

  private Output<?> find(TensorInfo tensor) {
    String[] operation = tensor.getName().split(":", -1);
    return model.graph().operationOrThrow(operation[0]).output(Integer.parseInt(operation[1]));
  }

  @Override
  public float run() {
    try (Result result = runner.run()) {
      result.get(0).asRawTensor().data().asFloats().read(answer);
    }
    return answer[0];
  }

  /** Of the last run, a value for each row. */
  float[] answer() {
    return answer;
  }

  @Override
  public void close() {
    input.close();
    model.close();
  }
}
