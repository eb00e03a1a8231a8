package io.mlops4j.spark;

import static org.apache.spark.sql.functions.col;

import io.mlops4j.error.RegistryException;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.registry.RegistryAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.ml.Transformer;
import org.apache.spark.ml.functions;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.param.StringArrayParam;
import org.apache.spark.ml.util.DefaultParamsReader;
import org.apache.spark.ml.util.DefaultParamsWritable;
import org.apache.spark.ml.util.Identifiable;
import org.apache.spark.ml.util.MLReader;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import scala.jdk.javaapi.CollectionConverters;

/**
 * A stage of a pipeline of Spark ML that adds the outputs of a model, like {@link
 * SparkModel#transform}. A feature may also be a column of vectors. Needs {@code spark-mllib}.
 *
 * <p>A saved pipeline has the registry's address, the version and its digest, and the outputs. A
 * stage that was loaded opens the registry when it is first used, and closes it when the
 * application ends. So does a stage that was serialised by Java. Properties of a database are not
 * saved. They are taken from the session's settings: {@code spark.mlops4j.registry.user} sets the
 * property {@code user}. Neither is the {@linkplain SparkModel.Builder#trust policy} saved: a
 * loaded stage compares the digest, and verifies no signature.
 */
public final class ModelTransformer extends Transformer implements DefaultParamsWritable {
  private static final long serialVersionUID = 1L;
  private static final String SETTINGS = "spark.mlops4j.registry.";
  private static final String KEPT = "mlops4j vector ";

  private final String uid;
  private final Param<String> registry;
  private final Param<String> version;
  private final Param<String> digest;
  private final StringArrayParam outputs;
  private final transient AtomicReference<@Nullable SparkModel> opened;

  private ModelTransformer(String uid, AtomicReference<@Nullable SparkModel> opened) {
    this.uid = uid;
    this.opened = opened;
    registry = new Param<>(uid, "registry", "folder or address of the registry");
    version = new Param<>(uid, "version", "version of the model, as name:number");
    digest = new Param<>(uid, "digest", "digest of the version's bytes");
    outputs = new StringArrayParam(this, "outputs", "outputs that become columns");
  }

  /**
   * Makes an empty stage for Spark, which fills it when it loads a pipeline. Call {@link #of}
   * instead.
   *
   * @param uid the name of the stage
   */
  public ModelTransformer(String uid) {
    this(uid, new AtomicReference<>());
  }

  /**
   * Makes a stage of a model.
   *
   * @param model the model, which the caller closes after the last job of the pipeline
   * @return the stage
   */
  public static ModelTransformer of(SparkModel model) {
    PinnedModel pinned = model.pinned();
    ModelTransformer stage =
        new ModelTransformer(Identifiable.randomUID("mlops4j"), new AtomicReference<>(model));
    stage.set(stage.registry, pinned.registry().toString());
    stage.set(stage.version, pinned.version());
    stage.set(stage.digest, pinned.digest());
    stage.set(stage.outputs, model.outputs().fieldNames());
    return stage;
  }

  /**
   * Returns the reader that Spark calls when it loads a pipeline.
   *
   * @return a reader of a saved stage
   */
  public static MLReader<ModelTransformer> read() {
    return new DefaultParamsReader<>();
  }

  /**
   * Returns the model, for example for its figures. A stage that was loaded and not used yet opens
   * it.
   *
   * @return the model
   * @throws RegistryException if the registry has no such version, or has other bytes
   */
  public SparkModel model() {
    return model(SparkSession.active());
  }

  private SparkModel model(SparkSession session) {
    synchronized (opened) {
      SparkModel model = opened.get();
      if (model == null) {
        model = open(session);
        opened.set(model);
      }
      return model;
    }
  }

  private SparkModel open(SparkSession session) {
    RegistryAddress address = address($(registry), session);
    try (ModelRegistry all = address.open()) {
      String found = all.resolve($(version)).digest().toString();
      if (!found.equals($(digest))) {
        throw new RegistryException(
            "%s: found the digest %s in %s, expected %s as saved with the pipeline; restore the registry, or make the stage again"
                .formatted($(version), found, address, $(digest)),
            null);
      }
    }
    SparkModel model = SparkModel.builder(session, address, $(version)).outputs($(outputs)).load();
    session.sparkContext().addSparkListener(new Closing(model));
    return model;
  }

  private static RegistryAddress address(String text, SparkSession session) {
    if (!text.startsWith("jdbc:")) {
      return RegistryAddress.folder(text);
    }
    Map<String, String> properties = new TreeMap<>();
    CollectionConverters.asJava(session.conf().getAll())
        .forEach(
            (name, value) -> {
              if (name.startsWith(SETTINGS)) {
                properties.put(name.substring(SETTINGS.length()), value);
              }
            });
    return RegistryAddress.jdbc(text, properties);
  }

  private static final class Closing extends SparkListener {
    private final SparkModel model;

    Closing(SparkModel model) {
      this.model = model;
    }

    @Override
    public void onApplicationEnd(SparkListenerApplicationEnd end) {
      model.close();
    }
  }

  /** Java's serialisation leaves the model out. The stage opens it again when it is first used. */
  private Object readResolve() {
    return copy(new AtomicReference<>(), ParamMap.empty());
  }

  private ModelTransformer copy(AtomicReference<@Nullable SparkModel> model, ParamMap extra) {
    return copyValues(new ModelTransformer(uid, model), extra);
  }

  @Override
  public Dataset<Row> transform(Dataset<?> rows) {
    SparkModel model = model(rows.sparkSession());
    Map<String, DataType> vectors = vectors(model, rows.schema());
    Dataset<Row> in = rows.toDF();
    for (Map.Entry<String, DataType> each : vectors.entrySet()) {
      String type = each.getValue().equals(DataTypes.FloatType) ? "float32" : "float64";
      Column vector = column(each.getKey());
      in =
          in.withColumn(KEPT + each.getKey(), vector)
              .withColumn(each.getKey(), functions.vector_to_array(vector, type));
    }
    Dataset<Row> scored = model.transform(in);
    for (String name : vectors.keySet()) {
      scored = scored.withColumn(name, column(KEPT + name)).drop(KEPT + name);
    }
    return scored;
  }

  @Override
  public StructType transformSchema(StructType schema) {
    SparkModel model = model();
    Map<String, DataType> vectors = vectors(model, schema);
    StructType read = new StructType();
    for (StructField field : schema.fields()) {
      DataType vector = vectors.get(field.name());
      read =
          read.add(
              field.name(),
              vector == null ? field.dataType() : DataTypes.createArrayType(vector, false));
    }
    String exact = SparkSession.active().conf().get("spark.sql.caseSensitive");
    model.check(read, Boolean.parseBoolean(exact));
    StructType result = schema;
    for (StructField output : model.outputs().fields()) {
      result = result.add(output);
    }
    return result;
  }

  /** Returns the features that are vectors, with the type of their elements. */
  private static Map<String, DataType> vectors(SparkModel model, StructType schema) {
    Map<String, DataType> vectors = new LinkedHashMap<>();
    for (StructField field : schema.fields()) {
      if (field.dataType().equals(SQLDataTypes.VectorType())
          && model.features().contains(field.name())) {
        vectors.put(
            field.name(),
            model.readsFloats(field.name()) ? DataTypes.FloatType : DataTypes.DoubleType);
      }
    }
    return vectors;
  }

  private static Column column(String name) {
    return col("`" + name.replace("`", "``") + "`");
  }

  @Override
  public ModelTransformer copy(ParamMap extra) {
    return copy(opened, extra);
  }

  @Override
  public Param<?>[] params() {
    return new Param<?>[] {registry, version, digest, outputs};
  }

  @Override
  public String uid() {
    return uid;
  }
}
