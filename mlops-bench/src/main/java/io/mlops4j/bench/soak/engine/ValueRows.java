package io.mlops4j.bench.soak.engine;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.mlops4j.bench.engines.Mlp32;
import io.mlops4j.bench.engines.Models;
import io.mlops4j.bench.soak.part.Expect;
import io.mlops4j.bench.soak.part.Graphs;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.FeatureSchema;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/** Values and batches that do not fit. */
final class ValueRows {

  /** For models of text. */
  record Text(@Nullable String s) {}

  /** Their answer. */
  record Same(String t) {}

  private ValueRows() {}

  /** Raw: SIGSEGV. */
  static void nullText(CrashSetup setup) throws Exception {
    try (Model model = setup.runtime.load(Graphs.save(setup.folder, "text", Graphs.text()));
        FeatureBatch batch =
            FeatureBatch.builder(setup.runtime.allocator()).strings("s", "a", null, "b").build()) {
      Expect.exception(() -> model.predict(batch), ModelInputException.class);
      var records = model.rows(Text.class, Same.class);
      Expect.exception(() -> records.predict(new Text(null)), ModelInputException.class);
      Expect.exception(
          () -> records.predict(List.of(new Text("a"), new Text(null))), ModelInputException.class);
      Expect.exception(
          () -> records.predictAsync(new Text(null), CallOptions.withDefaults()).get(),
          ModelInputException.class);
      if (!records.predict(new Text("ä✈")).equals(new Same("ä✈"))) {
        throw new AssertionError("found another text than was given");
      }
    }
  }

  /** Raw: silent garbage from views that are big endian. */
  static void byteOrder(CrashSetup setup) throws Exception {
    try (Model model = setup.runtime.load(Graphs.save(setup.folder, "same", Graphs.same()));
        FeatureBatch batch =
            FeatureBatch.builder(setup.runtime.allocator())
                .doubles("d", 1.5, -2)
                .ints("i", 1, -258)
                .longs("l", 1, 1L << 40)
                .booleans("b", true, false)
                .strings("s", "one", "")
                .build();
        Prediction same = model.predict(batch)) {
      boolean right =
          Arrays.equals(same.doubles("d_same"), new double[] {1.5, -2})
              && Arrays.equals(same.longs("i_same"), new long[] {1, -258})
              && Arrays.equals(same.longs("l_same"), new long[] {1, 1L << 40})
              && Arrays.equals(same.longs("b_same"), new long[] {1, 0})
              && Arrays.equals(same.strings("s_same"), new String[] {"one", ""});
      if (!right) {
        throw new AssertionError("found other values than were given");
      }
    }
  }

  /** Raw: a number comes back, whatever was meant. Here so only if the policy says so. */
  static void nanIntoTrees(CrashSetup setup) throws Exception {
    Path trees = Models.file("trees100");
    LoadOptions options =
        LoadOptions.builder().features(FeatureSchema.ofNames(Mlp32.names())).build();
    float[] values = Mlp32.rows(4);
    try (Model model = setup.runtime.load(trees, options);
        FeatureBatch batch = Mlp32.columns(4, setup.runtime.allocator())) {
      Float4Vector column = (Float4Vector) batch.column("f3");
      column.set(1, Float.NaN);
      values[Mlp32.FEATURES + 3] = Float.NaN;
      try (Prediction prediction = model.predict(batch)) {
        Expect.same(prediction.floats("y"), raw(trees, values));
      }
      column.setNull(1);
      Expect.exception(() -> model.predict(batch), ModelInputException.class);
    }
  }

  private static float[] raw(Path model, float[] values) throws OrtException {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    long[] shape = {values.length / Mlp32.FEATURES, Mlp32.FEATURES};
    try (OrtSession session = environment.createSession(model.toString());
        OnnxTensor x = OnnxTensor.createTensor(environment, FloatBuffer.wrap(values), shape);
        OrtSession.Result result = session.run(Map.of("x", x))) {
      float[] answer = new float[(int) shape[0]];
      ((OnnxTensor) result.get("y").orElseThrow()).getFloatBuffer().get(answer);
      return answer;
    }
  }

  /** Raw: an exception, sometimes late. */
  static void misfits(CrashSetup setup) throws Exception {
    try (Model line = setup.runtime.load(setup.line());
        Model sums = setup.runtime.load(Graphs.save(setup.folder, "sums", Graphs.sums()))) {
      for (FeatureBatch.Builder wrong :
          List.of(
              FeatureBatch.builder(setup.runtime.allocator()).floats("z", 1),
              FeatureBatch.builder(setup.runtime.allocator()).strings("x", "1"),
              FeatureBatch.builder(setup.runtime.allocator()).doubles("x", 1e300),
              FeatureBatch.builder(setup.runtime.allocator()).floats("x", 1, 2).asTensors(1, 2),
              FeatureBatch.builder(setup.runtime.allocator()))) {
        try (FeatureBatch batch = wrong.build()) {
          Expect.exception(() -> line.predict(batch), ModelInputException.class);
        }
      }
      try (FeatureBatch uneven =
          FeatureBatch.builder(setup.runtime.allocator())
              .floats("x", 1, 2, 3)
              .asTensors(List.of(new long[] {1}, new long[] {2}))
              .build()) {
        Expect.exception(() -> sums.predict(uneven), ModelInputException.class);
      }
    }
  }

  /** Raw: an exception from within a kernel. */
  static void emptyAndUneven(CrashSetup setup) throws Exception {
    try (Model sums = setup.runtime.load(Graphs.save(setup.folder, "sums", Graphs.sums()));
        FeatureBatch empty =
            FeatureBatch.builder(setup.runtime.allocator())
                .floats("x")
                .asTensors(List.of(new long[] {0}, new long[] {0}))
                .build()) {
      Expect.answerOr(
          () -> {
            try (Prediction prediction = sums.predict(empty)) {
              Expect.same(prediction.floats("y"), 0, 0);
            }
            return null;
          },
          ModelInputException.class);
    }
    try (Model same = setup.runtime.load(Graphs.save(setup.folder, "same", Graphs.same()));
        FeatureBatch good =
            FeatureBatch.builder(setup.runtime.allocator())
                .doubles("d", 1, 2)
                .ints("i", 1, 2)
                .longs("l", 1, 2)
                .booleans("b", true, false)
                .strings("s", "a", "b")
                .build();
        FeatureBatch few = FeatureBatch.builder(setup.runtime.allocator()).ints("i", 1).build()) {
      List<FieldVector> vectors = new ArrayList<>(good.root().getFieldVectors());
      vectors.set(1, few.column("i"));
      VectorSchemaRoot uneven =
          new VectorSchemaRoot(vectors.stream().map(FieldVector::getField).toList(), vectors, 2);
      Expect.exception(
          () -> {
            try (FeatureBatch batch = FeatureBatch.of(uneven);
                Prediction prediction = same.predict(batch)) {
              return Arrays.toString(prediction.longs("i_same"));
            }
          },
          ModelInputException.class,
          IllegalArgumentException.class);
    }
    Expect.exception(
        () ->
            FeatureBatch.builder(setup.runtime.allocator()).floats("x", 1).ints("i", 1, 2).build(),
        IllegalArgumentException.class);
  }
}
