import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.types.TFloat32;

/**
 * Writes mlp32.onnx as a SavedModel with the same weights, as variables, with TensorFlow Java
 * 1.1.0: input x float [N,32], output y float [N,1]. The same bytes each time. Build the jar first,
 * then, in mlops-bench:
 *
 * <pre>
 * models=src/main/resources/io/mlops4j/bench/models
 * java -cp "target/lib/*" src/main/savedmodel/MakeMlp32.java $models/mlp32.onnx $models/mlp32
 * </pre>
 */
public final class MakeMlp32 {
  private static final int LAYERS = 3;

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[1]);
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      Map<String, TFloat32> weights = weights(Path.of(args[0]));
      Placeholder<TFloat32> x =
          tf.placeholder(TFloat32.class, Placeholder.shape(Shape.of(-1, 32)));
      Operand<TFloat32> y = x;
      for (int layer = 0; layer < LAYERS; layer++) {
        y = layer == 0 ? y : tf.nn.relu(y);
        y = tf.linalg.matMul(y, variable(tf, "w" + layer, weights));
        y = tf.nn.biasAdd(y, variable(tf, "b" + layer, weights));
      }
      SavedModelBundle.exporter(folder.toString())
          .withSession(session)
          .withSignature(
              Signature.builder("serving_default").input("x", x).output("y", y).build())
          .export();
    }
    inOrder(folder.resolve("saved_model.pb"));
  }

  private static Operand<TFloat32> variable(Ops tf, String name, Map<String, TFloat32> weights) {
    return tf.withName(name).variable(tf.constantOf(weights.get(name)));
  }

  private static Map<String, TFloat32> weights(Path onnx) throws IOException {
    Map<String, TFloat32> weights = new HashMap<>();
    for (TensorProto tensor :
        ModelProto.parseFrom(Files.readAllBytes(onnx)).getGraph().getInitializerList()) {
      FloatBuffer values =
          tensor.getRawData().asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
      long[] shape = tensor.getDimsList().stream().mapToLong(Long::longValue).toArray();
      weights.put(
          tensor.getName(), TFloat32.tensorOf(Shape.of(shape), DataBuffers.of(values)));
    }
    return weights;
  }

  /** So that the bytes are the same each time. */
  private static void inOrder(Path main) throws IOException {
    SavedModel model = SavedModel.parseFrom(Files.readAllBytes(main));
    try (OutputStream file = Files.newOutputStream(main)) {
      CodedOutputStream out = CodedOutputStream.newInstance(file);
      out.useDeterministicSerialization();
      model.writeTo(out);
      out.flush();
    }
  }
}
