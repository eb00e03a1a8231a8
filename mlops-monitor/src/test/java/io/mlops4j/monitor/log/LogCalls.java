package io.mlops4j.monitor.log;

import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.inference.InferenceEvent;
import io.mlops4j.inference.PredictionId;
import io.mlops4j.inference.ServedBy;
import io.mlops4j.model.Digest;
import io.mlops4j.model.ModelVersion;
import io.mlops4j.registry.AliasRecord;
import io.mlops4j.registry.Change;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.FixedSizeBinaryVector;
import org.apache.arrow.vector.LargeVarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/** Calls as a runtime would report them, and what a log says about them. */
final class LogCalls {
  private LogCalls() {}

  static ServedBy version(int number) {
    Digest digest = Digest.sha256(new byte[] {(byte) number});
    ModelVersion version = new ModelVersion("m", number, digest);
    AliasRecord alias =
        new AliasRecord(
            "m",
            "champion",
            number,
            number == 1 ? null : new ModelVersion("m", number - 1, digest),
            version,
            new Change("ana", "better\nby far; \"x\" = é"),
            Instant.parse("2001-02-03T04:05:06Z"),
            Digest.sha256(new byte[] {9}));
    return ServedBy.of("m", digest, version, alias, "engine");
  }

  /** Rows with a key, a number, a text and an answer, each made from the number of the row. */
  static Call call(BufferAllocator allocator, int version, long call, int rows) {
    return new Call(
        version(version), call, features(allocator, call, rows), score(allocator, rows));
  }

  static FeatureBatch features(BufferAllocator allocator, long call, int rows) {
    return FeatureBatch.builder(allocator)
        .strings("key", texts(rows, i -> "key-" + call + "-" + i + "."))
        .doubles("x", IntStream.range(0, rows).mapToDouble(i -> call + i / 8.0).toArray())
        .strings("town", texts(rows, i -> i % 3 == 0 ? null : "town" + i % 5))
        .build();
  }

  interface TextOf {
    @Nullable String of(int row);
  }

  static @Nullable String[] texts(int rows, TextOf text) {
    @Nullable String[] texts = new String[rows];
    for (int i = 0; i < rows; i++) {
      texts[i] = text.of(i);
    }
    return texts;
  }

  static FeatureBatch score(BufferAllocator allocator, int rows) {
    float[] scores = new float[rows];
    for (int i = 0; i < rows; i++) {
      scores[i] = i / 16f;
    }
    return FeatureBatch.builder(allocator).floats("score", scores).build();
  }

  /** The trace of a row of the calls 100 to 199, each of which has one of its own. */
  static @Nullable String trace(long call) {
    return call >= 100 && call < 200 ? "%032x".formatted(call) : null;
  }

  /** A call that owns its batches. */
  record Call(ServedBy servedBy, long call, FeatureBatch features, FeatureBatch outputs)
      implements InferenceEvent, AutoCloseable {
    @Override
    public Route route() {
      return servedBy.fallback().isPresent() ? Route.FALLBACK : Route.PRIMARY;
    }

    @Override
    public PredictionId id(int row) {
      return new PredictionId(0xfeed_0000_0000_0001L, call, row);
    }

    @Override
    public @Nullable String traceId(int row) {
      return trace(call);
    }

    @Override
    public int rows() {
      return features.rows();
    }

    @Override
    public long nanos(Phase phase) {
      return phase == Phase.READ ? 400 : 100;
    }

    @Override
    public @Nullable Throwable error() {
      return null;
    }

    @Override
    public void close() {
      features.close();
      outputs.close();
    }
  }

  static void send(PredictionLog log, BufferAllocator allocator, int version, long call, int rows) {
    try (Call one = call(allocator, version, call, rows)) {
      log.onInference(one);
    }
  }

  /** Sends rows with texts, and with a column of four bytes and one of any number of bytes. */
  static void sendBytes(
      PredictionLog log, BufferAllocator allocator, long call, String name, String... fourBytes) {
    int rows = fourBytes.length;
    FixedSizeBinaryVector fixed = new FixedSizeBinaryVector(name, allocator, 4);
    LargeVarBinaryVector large = new LargeVarBinaryVector("large", allocator);
    VarCharVector town = new VarCharVector("town", allocator);
    for (int row = 0; row < rows; row++) {
      byte[] bytes = fourBytes[row].getBytes(StandardCharsets.UTF_8);
      fixed.setSafe(row, bytes);
      large.setSafe(row, ("large " + fourBytes[row]).getBytes(StandardCharsets.UTF_8));
      town.setSafe(row, ("town " + fourBytes[row]).getBytes(StandardCharsets.UTF_8));
    }
    try (VectorSchemaRoot root = VectorSchemaRoot.of(fixed, large, town)) {
      root.setRowCount(rows);
      try (Call one =
          new Call(version(1), call, FeatureBatch.owning(root), score(allocator, rows))) {
        log.onInference(one);
      }
    }
  }

  /** The ids of all rows, in the order of the log. */
  static List<String> ids(LoggedPredictions logged) {
    List<String> ids = new ArrayList<>();
    try (FeatureReader reader = logged.read()) {
      for (FeatureBatch batch : reader) {
        VarCharVector id = (VarCharVector) batch.column("log.id");
        for (int row = 0; row < batch.rows(); row++) {
          ids.add(String.valueOf(id.getObject(row)));
        }
      }
    }
    return ids;
  }
}
