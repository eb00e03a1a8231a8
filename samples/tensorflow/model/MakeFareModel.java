import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tensorflow.Graph;
import org.tensorflow.Session;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Signature;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.op.Ops;
import org.tensorflow.op.core.Placeholder;
import org.tensorflow.op.core.Variable;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TString;

/**
 * Writes the SavedModel of the sample, a made-up airline's fares, with TensorFlow Java 1.1.0. In
 * Python it would be a tf.Module with three variables and two functions, and tf.saved_model.save.
 */
public final class MakeFareModel {
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    try (Graph graph = new Graph();
        Session session = new Session(graph)) {
      Ops tf = Ops.create(graph);
      Placeholder.Options rows = Placeholder.shape(Shape.of(-1));
      Placeholder<TFloat32> distance = tf.placeholder(TFloat32.class, rows);
      Placeholder<TString> cabin = tf.placeholder(TString.class, rows);

      Variable<TFloat32> perKilometre = tf.withName("per_kilometre").variable(tf.constant(0.25f));
      Variable<TFloat32> start = tf.withName("start").variable(tf.constant(40f));
      Variable<TFloat32> business = tf.withName("business").variable(tf.constant(3f));

      var economy = tf.math.add(tf.math.mul(distance, perKilometre), start);
      var fare =
          tf.select(
              tf.math.equal(cabin, tf.constant("business")),
              tf.math.mul(economy, business),
              economy);
      var label = tf.strings.upper(tf.strings.strip(cabin));

      SavedModelBundle.exporter(folder.toString())
          .withSession(session)
          .withSignatures(
              Signature.builder("serving_default")
                  .input("distance", distance)
                  .input("cabin", cabin)
                  .output("fare", fare)
                  .build(),
              Signature.builder("label").input("cabin", cabin).output("label", label).build())
          .export();
    }
    inOrder(folder.resolve("saved_model.pb"));
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
