import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tensorflow.Graph;
import org.tensorflow.GraphOperation;
import org.tensorflow.GraphOperationBuilder;
import org.tensorflow.Output;
import org.tensorflow.SavedModelBundle;
import org.tensorflow.Session;
import org.tensorflow.Signature;
import org.tensorflow.Tensor;
import org.tensorflow.ndarray.Shape;
import org.tensorflow.ndarray.StdArrays;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.MetaGraphDef;
import org.tensorflow.proto.SavedModel;
import org.tensorflow.proto.SignatureDef;
import org.tensorflow.proto.TensorInfo;
import org.tensorflow.types.TFloat32;
import org.tensorflow.types.TInt32;
import org.tensorflow.types.TInt64;
import org.tensorflow.types.TString;

/**
 * Writes the SavedModels of this folder with TensorFlow Java 1.1.0. README.md says how it is run.
 *
 * <p>Raw operations, because TensorFlow Java has no classes for half of the element types.
 */
public final class MakeSavedModels {
  private static final Shape ROWS = Shape.of(-1);

  private final Graph graph = new Graph();
  private final Session session = new Session(graph);
  private final List<Signature> signatures = new ArrayList<>();
  private final Map<String, String> initialisers = new TreeMap<>();
  private int number;

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    jobs(folder.resolve("jobs"));
    fares(folder.resolve("fares"));
    renamed(folder.resolve("fares"), folder.resolve("only"));
  }

  /** One signature for each job of the compatibility kit, none of them the default. */
  private static void jobs(Path folder) throws IOException {
    MakeSavedModels make = new MakeSavedModels();
    make.identities();
    make.arithmetic();
    make.affine("affine", new float[][] {{1, 2}, {-1, 0.5f}, {0, 3}, {2, -1}}, 0.5f, -0.25f);
    make.lookup();
    make.slow();
    make.nonzero();
    make.join();
    make.shapes();
    make.remember();
    make.export(folder);
  }

  private void identities() {
    for (DataType type :
        List.of(
            DataType.DT_HALF,
            DataType.DT_BFLOAT16,
            DataType.DT_FLOAT,
            DataType.DT_DOUBLE,
            DataType.DT_INT8,
            DataType.DT_INT16,
            DataType.DT_INT32,
            DataType.DT_INT64,
            DataType.DT_UINT8,
            DataType.DT_UINT16,
            DataType.DT_UINT32,
            DataType.DT_UINT64,
            DataType.DT_BOOL,
            DataType.DT_STRING,
            DataType.DT_COMPLEX64)) {
      Output<?> x = placeholder(type, Shape.of(-1, 3));
      sign(
          "identity_" + type.name().substring(3).toLowerCase(),
          Map.of("x", x),
          Map.of("same", op("Identity", x)));
    }
  }

  private void arithmetic() {
    Output<?> a = placeholder(DataType.DT_FLOAT, ROWS);
    Output<?> b = placeholder(DataType.DT_FLOAT, ROWS);
    sign("sum", Map.of("a", a, "b", b), Map.of("sum", op("AddV2", a, b)));
    Output<?> x = placeholder(DataType.DT_FLOAT, ROWS);
    sign(
        "two",
        Map.of("x", x),
        Map.of("twice", op("AddV2", x, x), "square", op("Mul", x, x)));
  }

  /** The weights are variables. */
  private void affine(String key, float[][] weights, float... bias) {
    Output<?> x = placeholder(DataType.DT_FLOAT, Shape.of(-1, weights.length));
    Output<?> w = variable(key + "/weights", TFloat32.tensorOf(StdArrays.ndCopyOf(weights)));
    Output<?> b = variable(key + "/bias", TFloat32.vectorOf(bias));
    sign(key, Map.of("x", x), Map.of("y", op("AddV2", op("MatMul", x, w), b)));
  }

  /** An index outside 0 to 2 fails. */
  private void lookup() {
    Output<?> index = placeholder(DataType.DT_INT64, ROWS);
    Output<?> table = constant(TFloat32.vectorOf(10, 20, 30));
    sign(
        "lookup",
        Map.of("index", index),
        Map.of("value", op("GatherV2", table, index, constant(TInt32.scalarOf(0)))));
  }

  /** Multiplies two matrices of n rows and columns, so that the time grows with the cube of n. */
  private void slow() {
    Output<?> n = placeholder(DataType.DT_INT64, ROWS);
    Output<?> size =
        op("Cast", attrs("SrcT", DataType.DT_INT64, "DstT", DataType.DT_INT32), op("Max", n, zero()));
    Output<?> dims = op("Pack", new Output<?>[] {size, size});
    Output<?> matrix = op("Fill", dims, constant(TFloat32.scalarOf(0.5f)));
    Output<?> product = op("MatMul", matrix, matrix);
    Output<?> sum = op("Max", product, constant(TInt32.vectorOf(0, 1)));
    Output<?> none =
        op(
            "Cast",
            attrs("SrcT", DataType.DT_FLOAT, "DstT", DataType.DT_INT64),
            op("Mul", sum, constant(TFloat32.scalarOf(0))));
    sign("slow", Map.of("n", n), Map.of("done", op("AddV2", n, none)));
  }

  private Output<?> zero() {
    return constant(TInt32.scalarOf(0));
  }

  private void nonzero() {
    Output<?> x = placeholder(DataType.DT_FLOAT, ROWS);
    Output<?> index = op("Reshape", op("Where", x), constant(TInt32.vectorOf(-1)));
    sign(
        "nonzero",
        Map.of("x", x),
        Map.of("index", index, "kept", op("GatherV2", x, index, zero())));
  }

  private void join() {
    Output<?> a = placeholder(DataType.DT_STRING, ROWS);
    Output<?> b = placeholder(DataType.DT_STRING, ROWS);
    sign(
        "join", Map.of("a", a, "b", b), Map.of("joined", op("StringJoin", new Output<?>[] {a, b})));
  }

  private void shapes() {
    Output<?> any = placeholder(DataType.DT_FLOAT, Shape.unknown());
    sign("any_rank", Map.of("x", any), Map.of("negative", op("Neg", any)));
    Output<?> scalar = placeholder(DataType.DT_FLOAT, Shape.scalar());
    sign("scalar", Map.of("x", scalar), Map.of("negative", op("Neg", scalar)));
    Output<?> fixed = placeholder(DataType.DT_FLOAT, Shape.of(8, 4));
    sign("fixed", Map.of("x", fixed), Map.of("negative", op("Neg", fixed)));
    Output<?> fed = placeholder(DataType.DT_FLOAT, ROWS);
    sign("passthrough", Map.of("x", fed), Map.of("x_again", fed, "negative", op("Neg", fed)));
    sign("no_inputs", Map.of(), Map.of("numbers", op("Identity", constant(TInt64.vectorOf(1, 2, 3)))));
    Output<?> word = placeholder(DataType.DT_STRING, ROWS);
    Output<?> wide =
        op(
            "StringFormat",
            Map.of("template", "%s", "placeholder", "%s", "summarize", 3L),
            new Output<?>[] {word});
    sign("text_scalar", Map.of("word", word), Map.of("shown", wide));
    Output<?> deep = placeholder(DataType.DT_FLOAT, Shape.of(-1, -1, -1));
    Output<?> turned = op("Transpose", deep, constant(TInt32.vectorOf(0, 2, 1)));
    sign("turn", Map.of("x", deep), Map.of("turned", turned));
    Output<?> x = placeholder(DataType.DT_FLOAT, Shape.of(-1, -1));
    Output<?> w = placeholder(DataType.DT_FLOAT, Shape.of(-1, -1));
    sign("product", Map.of("x", x, "w", w), Map.of("product", op("Mul", x, w)));
  }

  /** Answers what it was given the time before, and keeps what it is given. */
  private void remember() {
    remember(
        "remember", DataType.DT_FLOAT, Shape.of(2), constant(TFloat32.vectorOf(-1, -2)));
    remember(
        "remember_text",
        DataType.DT_STRING,
        Shape.of(2),
        constant(TString.vectorOf("nothing", "nothing as yet, in more than 22 bytes")));
  }

  private void remember(String key, DataType type, Shape shape, Output<?> first) {
    Output<?> x = placeholder(type, shape);
    Output<?> handle =
        builder("VarHandleOp")
            .setAttr("dtype", type)
            .setAttr("shape", shape)
            .setAttr("shared_name", key)
            .build()
            .output(0);
    GraphOperation init =
        builder("AssignVariableOp").addInput(handle).addInput(first).setAttr("dtype", type).build();
    initialisers.put(key, init.name());
    Output<?> before =
        builder("ReadVariableOp").addInput(handle).setAttr("dtype", type).build().output(0);
    Output<?> copy =
        type == DataType.DT_STRING
            ? op("StringJoin", new Output<?>[] {before, constant(TString.scalarOf(""))})
            : op("Neg", op("Neg", before));
    GraphOperation assign =
        builder("AssignVariableOp")
            .addInput(handle)
            .addInput(x)
            .setAttr("dtype", type)
            .addControlInput(copy.op())
            .build();
    Output<?> answer =
        builder("Identity").addInput(copy).addControlInput(assign).build().output(0);
    sign(key, Map.of("x", x), Map.of("before", answer));
  }

  /** A default signature and another one, variables, and text. */
  private static void fares(Path folder) throws IOException {
    MakeSavedModels make = new MakeSavedModels();
    Output<?> distance = make.placeholder(DataType.DT_FLOAT, ROWS);
    Output<?> cabin = make.placeholder(DataType.DT_STRING, ROWS);
    Output<?> perKm = make.variable("per_km", TFloat32.scalarOf(0.25f));
    Output<?> base = make.variable("base", TFloat32.scalarOf(40));
    Output<?> factor = make.variable("business_factor", TFloat32.scalarOf(3));
    Output<?> economy = make.op("AddV2", make.op("Mul", distance, perKm), base);
    Output<?> isBusiness =
        make.op("Equal", cabin, make.constant(TString.scalarOf("business")));
    Output<?> fare = make.op("SelectV2", isBusiness, make.op("Mul", economy, factor), economy);
    make.sign(
        "serving_default", Map.of("distance", distance, "cabin", cabin), Map.of("fare", fare));
    Output<?> upper = make.op("StringUpper", make.op("StringStrip", cabin));
    make.sign("label", Map.of("cabin", cabin), Map.of("label", upper));
    make.export(folder);
  }

  /** The only signature of a model need not have the default's name. */
  private static void renamed(Path from, Path to) throws IOException {
    try (var files = Files.walk(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = to.resolve(from.relativize(file));
        Files.createDirectories(copy.getParent());
        Files.write(copy, Files.readAllBytes(file));
      }
    }
    Path main = to.resolve("saved_model.pb");
    SavedModel.Builder model = SavedModel.parseFrom(Files.readAllBytes(main)).toBuilder();
    MetaGraphDef.Builder meta = model.getMetaGraphsBuilder(0);
    SignatureDef fare = meta.getSignatureDefOrThrow("serving_default");
    meta.clearSignatureDef().putSignatureDef("fare", fare);
    write(model, main);
  }

  private void sign(String key, Map<String, Output<?>> inputs, Map<String, Output<?>> outputs) {
    Signature.Builder signature = Signature.builder(key);
    new TreeMap<>(inputs).forEach(signature::input);
    new TreeMap<>(outputs).forEach(signature::output);
    signatures.add(signature.build());
  }

  private Output<?> placeholder(DataType type, Shape shape) {
    return builder("Placeholder").setAttr("dtype", type).setAttr("shape", shape).build().output(0);
  }

  private Output<?> constant(Tensor value) {
    return builder("Const")
        .setAttr("dtype", value.dataType())
        .setAttr("value", value)
        .build()
        .output(0);
  }

  private Output<?> variable(String name, Tensor value) {
    GraphOperation variable =
        graph
            .opBuilder("VariableV2", name, graph.baseScope())
            .setAttr("dtype", value.dataType())
            .setAttr("shape", value.shape())
            .build();
    GraphOperation assign =
        builder("Assign").addInput(variable.output(0)).addInput(constant(value)).build();
    session.runner().addTarget(assign).run();
    return op("Identity", variable.output(0));
  }

  private Output<?> op(String type, Output<?>... inputs) {
    return op(type, Map.of(), inputs);
  }

  private Output<?> op(String type, Map<String, Object> attrs, Output<?>... inputs) {
    GraphOperationBuilder builder = builder(type);
    attrs.forEach(
        (name, value) -> {
          if (value instanceof DataType dtype) {
            builder.setAttr(name, dtype);
          } else if (value instanceof Long number) {
            builder.setAttr(name, number);
          } else {
            builder.setAttr(name, (String) value);
          }
        });
    if (List.of("Pack", "StringJoin", "StringFormat").contains(type)) {
      builder.addInputList(inputs);
    } else {
      for (Output<?> input : inputs) {
        builder.addInput(input);
      }
    }
    return builder.build().output(0);
  }

  private static Map<String, Object> attrs(String a, Object x, String b, Object y) {
    return Map.of(a, x, b, y);
  }

  private GraphOperationBuilder builder(String type) {
    return graph.opBuilder(type, type + "_" + number++, graph.baseScope());
  }

  private void export(Path folder) throws IOException {
    SavedModelBundle.exporter(folder.toString())
        .withSession(session)
        .withSignatures(signatures.toArray(Signature[]::new))
        .export();
    session.close();
    graph.close();
    Path main = folder.resolve("saved_model.pb");
    SavedModel.Builder model = SavedModel.parseFrom(Files.readAllBytes(main)).toBuilder();
    if (!initialisers.isEmpty()) {
      initialise(model.getMetaGraphsBuilder(0));
    }
    write(model, main);
  }

  /** With maps in order, so that the bytes are the same each time. */
  private static void write(SavedModel.Builder model, Path main) throws IOException {
    try (OutputStream file = Files.newOutputStream(main)) {
      CodedOutputStream out = CodedOutputStream.newInstance(file);
      out.useDeterministicSerialization();
      model.build().writeTo(out);
      out.flush();
    }
  }

  /** What TensorFlow runs when it loads the model; the exporter has no word for it. */
  private void initialise(MetaGraphDef.Builder meta) {
    var all = meta.getGraphDefBuilder().addNodeBuilder().setName("init").setOp("NoOp");
    initialisers.values().forEach(name -> all.addInput("^" + name));
    String key = "__saved_model_init_op";
    meta.putSignatureDef(
        key,
        SignatureDef.newBuilder()
            .putOutputs(key, TensorInfo.newBuilder().setName("init").build())
            .build());
  }
}
