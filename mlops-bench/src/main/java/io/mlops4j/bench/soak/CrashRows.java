package io.mlops4j.bench.soak;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.mlops4j.bench.engines.Mlp32;
import io.mlops4j.bench.engines.Models;
import io.mlops4j.error.DeadlineException;
import io.mlops4j.error.MlopsException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.error.ModelLoadException;
import io.mlops4j.error.RegistryException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.inference.CallOptions;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.inference.Prediction;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.ModelCache;
import io.mlops4j.model.ModelCard;
import io.mlops4j.registry.ModelRegistry;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.registry.FileModelRegistry;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.jspecify.annotations.Nullable;

/**
 * Each misuse that kills the process of ONNX Runtime's Java API, hangs it or makes it answer
 * wrongly, through the public API of this library. A row that returns has ended as it should; one
 * that throws has not. What is lent must be back when this closes.
 */
final class CrashRows implements AutoCloseable {
  private static final long NEVER = 1L << 62;
  private static final Duration SHORT = Duration.ofMillis(5);
  private static final Duration LONG = Duration.ofSeconds(60);

  /** A row of the table. */
  interface Row {
    void run() throws Exception;
  }

  /** For models of text. */
  record Text(@Nullable String s) {}

  /** Their answer. */
  record Same(String t) {}

  private final int rounds;
  private final Path folder;
  private final ModelRuntime runtime = ModelRuntime.builder().strict().open();
  private final ExecutorService threads = Executors.newCachedThreadPool();

  CrashRows(int rounds) throws IOException {
    this.rounds = rounds;
    this.folder = Files.createTempDirectory("rows");
  }

  /** Of all rows. */
  static List<String> names() {
    return List.of(
        "closed-while-running",
        "mapping-collected",
        "output-shared",
        "weights-flipped",
        "input-closed",
        "null-text",
        "byte-order",
        "answer-freed",
        "nan-into-trees",
        "loop-without-end",
        "load-without-end",
        "operator-beyond-its-deadline",
        "misfits",
        "damaged-files",
        "external-data",
        "empty-and-uneven");
  }

  /** By its name. */
  Row row(String name) {
    return switch (name) {
      case "closed-while-running" -> this::closedWhileRunning;
      case "mapping-collected" -> this::mappingCollected;
      case "output-shared" -> this::outputShared;
      case "weights-flipped" -> this::weightsFlipped;
      case "input-closed" -> this::inputClosed;
      case "null-text" -> this::nullText;
      case "byte-order" -> this::byteOrder;
      case "answer-freed" -> this::answerFreed;
      case "nan-into-trees" -> this::nanIntoTrees;
      case "loop-without-end" -> this::loopWithoutEnd;
      case "load-without-end" -> this::loadWithoutEnd;
      case "operator-beyond-its-deadline" -> this::operatorBeyondItsDeadline;
      case "misfits" -> this::misfits;
      case "damaged-files" -> this::damagedFiles;
      case "external-data" -> this::externalData;
      case "empty-and-uneven" -> this::emptyAndUneven;
      default ->
          throw new IllegalArgumentException("row: found " + name + ", expected one of " + names());
    };
  }

  private Path line() throws IOException {
    return Graphs.save(folder, "line", Graphs.line());
  }

  private FeatureBatch x(float... values) {
    return FeatureBatch.builder(runtime.allocator()).floats("x", values).build();
  }

  private static void askLine(Model model, FeatureBatch batch, float... x) {
    try (Prediction prediction = model.predict(batch)) {
      Expect.same(prediction.floats("y"), onLine(x));
    }
  }

  private static float[] onLine(float... x) {
    float[] y = new float[x.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = 2 * x[i] + 1;
    }
    return y;
  }

  /** Raw: SIGSEGV. */
  private void closedWhileRunning() throws Exception {
    Path file = line();
    Path loop = Graphs.save(folder, "turns", Graphs.turns());
    for (int round = 0; round < rounds; round++) {
      Model model = runtime.load(file);
      Model endless = runtime.load(loop);
      CountDownLatch running = new CountDownLatch(5);
      List<Future<Void>> calls = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        float value = thread;
        calls.add(threads.submit(() -> askUntilClosed(model, value, running)));
      }
      calls.add(
          threads.submit(
              () -> {
                running.countDown();
                Expect.exception(
                    () -> turn(endless, NEVER, CallOptions.withDefaults().withDeadline(SHORT)),
                    DeadlineException.class,
                    IllegalStateException.class);
                return null;
              }));
      running.await();
      endless.close();
      model.close();
      for (Future<Void> call : calls) {
        call.get();
      }
    }
  }

  private @Nullable Void askUntilClosed(Model model, float value, CountDownLatch running) {
    try (FeatureBatch batch = x(value)) {
      boolean open = true;
      while (open) {
        open =
            Expect.answerOr(
                () -> {
                  askLine(model, batch, value);
                  return null;
                },
                IllegalStateException.class);
        running.countDown();
      }
    }
    return null;
  }

  private float turn(Model model, long turns, CallOptions options) {
    try (FeatureBatch batch = turns(turns);
        Prediction prediction = model.predict(batch, options)) {
      return prediction.floats("y")[0];
    }
  }

  private FeatureBatch turns(long turns) {
    return FeatureBatch.builder(runtime.allocator()).floats("x", 1).longs("turns", turns).build();
  }

  /** Raw: SIGSEGV, of a mapped file in ONNX Runtime's format, once the mapping is collected. */
  private void mappingCollected() throws Exception {
    Path optimised = folder.resolve("line.ort");
    writeInRuntimeFormat(line(), optimised);
    Expect.answerOr(() -> askAfterDeletion(runtime, optimised), ModelLoadException.class);
    askAfterDeletion(runtime, line());
    Path cache = Files.createDirectory(folder.resolve("cache"));
    try (ModelRuntime cached =
        ModelRuntime.builder().modelCache(ModelCache.in(cache)).strict().open()) {
      cached.load(line()).close();
      askAfterDeletion(cached, line());
    }
  }

  private static void writeInRuntimeFormat(Path model, Path to) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setOptimizedModelFilePath(to.toString());
      options.addConfigEntry("session.save_model_format", "ORT");
      OrtEnvironment.getEnvironment().createSession(model.toString(), options).close();
    }
  }

  private @Nullable Void askAfterDeletion(ModelRuntime with, Path file) throws IOException {
    try (Model model = with.load(file);
        FeatureBatch batch = x(1, 2, 3)) {
      Files.delete(file);
      for (int i = 0; i < 3; i++) {
        System.gc();
        askLine(model, batch, 1, 2, 3);
      }
    }
    return null;
  }

  /** Raw: a silent race. */
  private void outputShared() throws Exception {
    try (Model model = runtime.load(line())) {
      List<Callable<Void>> calls = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        float value = thread;
        calls.add(
            () -> {
              for (int round = 0; round < 10 * rounds; round++) {
                askTwice(model, value + round, value - round);
              }
              return null;
            });
      }
      for (Future<Void> call : threads.invokeAll(calls)) {
        call.get();
      }
    }
  }

  /** Two answers that are open at the same time. */
  private void askTwice(Model model, float first, float second) {
    try (FeatureBatch one = x(first);
        FeatureBatch two = x(second);
        Prediction before = model.predict(one);
        Prediction after = model.predict(two)) {
      Expect.same(before.floats("y"), onLine(first));
      Expect.same(after.floats("y"), onLine(second));
    }
  }

  /** Raw: most such files load, and answer wrongly. */
  private void weightsFlipped() throws Exception {
    Path home = folder.resolve("registry");
    try (ModelRegistry registry = FileModelRegistry.open(home)) {
      registry.publish(
          ModelCard.builder("line").owner("soak").licence("Apache-2.0").build(), line());
      Path stored = largest(home, ".onnx");
      byte[] whole = Files.readAllBytes(stored);
      for (int at = 0; at < whole.length; at += Math.max(1, whole.length / (3 * rounds))) {
        byte[] flipped = whole.clone();
        flipped[at] ^= 0x40;
        Files.write(stored, flipped);
        Expect.exception(() -> runtime.load(registry, "line:1"), RegistryException.class);
      }
      Files.write(stored, whole);
      try (Model model = runtime.load(registry, "line:1");
          FeatureBatch batch = x(5)) {
        askLine(model, batch, 5);
      }
    }
  }

  private static Path largest(Path folder, String ending) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      Path stored = all.filter(path -> path.toString().endsWith(ending)).findFirst().orElseThrow();
      if (!stored.toFile().setWritable(true)) {
        throw new IOException(stored + " cannot be made writable");
      }
      return stored;
    }
  }

  /** Raw: SIGSEGV. */
  private void inputClosed() throws Exception {
    try (Model model = runtime.load(line())) {
      for (int round = 0; round < 10 * rounds; round++) {
        float value = round;
        FeatureBatch batch = x(value);
        CompletableFuture<float[]> answer =
            model.predictAsync(batch, CallOptions.withDefaults(), y -> y.floats("y"));
        batch.close();
        Expect.same(answer.get(), onLine(value));

        FeatureBatch raced = x(value);
        Future<?> closing = threads.submit(raced::close);
        Expect.answerOr(
            () -> {
              askLine(model, raced, value);
              return null;
            },
            IllegalStateException.class);
        closing.get();
        Expect.exception(() -> model.predict(raced), IllegalStateException.class);
      }
    }
  }

  /** Raw: SIGSEGV. */
  private void nullText() throws Exception {
    try (Model model = runtime.load(Graphs.save(folder, "text", Graphs.text()));
        FeatureBatch batch =
            FeatureBatch.builder(runtime.allocator()).strings("s", "a", null, "b").build()) {
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
  private void byteOrder() throws Exception {
    try (Model model = runtime.load(Graphs.save(folder, "same", Graphs.same()));
        FeatureBatch batch =
            FeatureBatch.builder(runtime.allocator())
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

  /** Raw: no exception, but garbage. */
  private void answerFreed() throws Exception {
    for (int round = 0; round < rounds; round++) {
      ModelRuntime own = ModelRuntime.open();
      Model model = own.load(line());
      Prediction prediction;
      try (FeatureBatch batch = FeatureBatch.builder(own.allocator()).floats("x", 1, 2).build()) {
        prediction = model.predict(batch);
      }
      FieldVector view = prediction.vector("y");
      model.close();
      own.close();
      Expect.same(prediction.floats("y"), 3, 5);
      prediction.close();
      Expect.exception(() -> prediction.floats("y"), IllegalStateException.class);
      Expect.exception(() -> prediction.vector("y"), IllegalStateException.class);
      Expect.exception(() -> ((Float4Vector) view).get(0), RuntimeException.class);
    }
  }

  /** Raw: a number comes back, whatever was meant. Here so only if the policy says so. */
  private void nanIntoTrees() throws Exception {
    Path trees = Models.file("trees100");
    LoadOptions options =
        LoadOptions.builder().features(FeatureSchema.ofNames(Mlp32.names())).build();
    float[] values = Mlp32.rows(4);
    try (Model model = runtime.load(trees, options);
        FeatureBatch batch = Mlp32.columns(4, runtime.allocator())) {
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

  /** Raw: hangs. And what ends it must not end the next call. */
  private void loopWithoutEnd() throws Exception {
    CallOptions hurried = CallOptions.withDefaults().withDeadline(SHORT);
    try (Model model = runtime.load(Graphs.save(folder, "turns", Graphs.turns()))) {
      for (int round = 0; round < rounds; round++) {
        Expect.exception(() -> turn(model, NEVER, hurried), DeadlineException.class);
        Expect.same(new float[] {turn(model, round, CallOptions.withDefaults())}, 1 + round);
        try (FeatureBatch endless = turns(NEVER)) {
          CompletableFuture<float[]> call =
              model.predictAsync(endless, CallOptions.withDefaults(), y -> y.floats("y"));
          call.cancel(true);
          Expect.exception(call::get, CancellationException.class);
        }
        Expect.same(new float[] {turn(model, 3, CallOptions.withDefaults())}, 4);
      }
    }
  }

  /** Raw: holds the thread for half a minute, and no cancel. */
  private void loadWithoutEnd() throws Exception {
    Path slow = Graphs.save(folder, "slow", Graphs.products(1000, 200));
    try (ModelRuntime own = ModelRuntime.open()) {
      LoadOptions hurried = LoadOptions.builder().within(Duration.ofMillis(20)).build();
      Expect.answerOr(
          () -> {
            own.load(slow, hurried).close();
            return null;
          },
          ModelLoadException.class);
      own.load(slow, LoadOptions.builder().untrusted().within(LONG).build()).close();
    }
    Path quick = Graphs.save(folder, "quick", Graphs.products(64, 100));
    try (Model model = runtime.load(quick, LoadOptions.untrusted());
        FeatureBatch batch = x(1);
        Prediction prediction = model.predict(batch)) {
      Expect.same(prediction.floats("y"), 65);
    }
  }

  /** Raw: nothing ends a run within one operator. With one thread, this one takes half a second. */
  private void operatorBeyondItsDeadline() throws Exception {
    Path slow = Graphs.save(folder, "product", Graphs.products(3000, 1));
    CallOptions hurried = CallOptions.withDefaults().withDeadline(Duration.ofMillis(50));
    try (ModelRuntime own = ModelRuntime.builder().threads(1).open()) {
      try (Model model = own.load(slow, LoadOptions.untrusted());
          FeatureBatch batch = x(1)) {
        // On a busy machine the deadline may pass before the run begins.
        for (int i = 0; i < 20 && own.figures().abandonedRuns() == 0; i++) {
          Expect.exception(() -> model.predict(batch, hurried), DeadlineException.class);
        }
        if (own.figures().abandonedRuns() == 0) {
          throw new AssertionError("found no abandoned run after the deadline");
        }
      }
      if (own.figures().abandonedRuns() != 0) {
        throw new AssertionError("found a run that goes on in a closed model");
      }
    }
  }

  /** Raw: an exception, sometimes late. */
  private void misfits() throws Exception {
    try (Model line = runtime.load(line());
        Model sums = runtime.load(Graphs.save(folder, "sums", Graphs.sums()))) {
      for (FeatureBatch.Builder wrong :
          List.of(
              FeatureBatch.builder(runtime.allocator()).floats("z", 1),
              FeatureBatch.builder(runtime.allocator()).strings("x", "1"),
              FeatureBatch.builder(runtime.allocator()).doubles("x", 1e300),
              FeatureBatch.builder(runtime.allocator()).floats("x", 1, 2).asTensors(1, 2),
              FeatureBatch.builder(runtime.allocator()))) {
        try (FeatureBatch batch = wrong.build()) {
          Expect.exception(() -> line.predict(batch), ModelInputException.class);
        }
      }
      try (FeatureBatch uneven =
          FeatureBatch.builder(runtime.allocator())
              .floats("x", 1, 2, 3)
              .asTensors(List.of(new long[] {1}, new long[] {2}))
              .build()) {
        Expect.exception(() -> sums.predict(uneven), ModelInputException.class);
      }
    }
  }

  /** Raw: an exception. */
  private void damagedFiles() throws Exception {
    byte[] whole = Graphs.line().toByteArray();
    Path file = folder.resolve("damaged.onnx");
    for (int length = 0; length < whole.length; length += Math.max(1, 60 / rounds)) {
      Files.write(file, Arrays.copyOf(whole, length));
      Expect.answerOr(
          () -> {
            runtime.load(file).close();
            return null;
          },
          MlopsException.class);
    }
    Files.delete(file);
    Expect.exception(() -> runtime.load(file), ModelLoadException.class);
    Files.writeString(file, "no model");
    Expect.exception(() -> runtime.load(file), ModelLoadException.class);
  }

  /** Raw: an exception. Weights beside the model are all that it may read. */
  private void externalData() throws Exception {
    Path home = Files.createDirectory(folder.resolve("home"));
    Files.write(folder.resolve("weights.bin"), Graphs.externalFactor());
    Path outside = folder.resolve("weights.bin");
    for (String location : List.of("../weights.bin", outside.toString(), "/dev/zero", "", "..")) {
      Graphs.save(home, "model", Graphs.external(location));
      Expect.exception(() -> runtime.load(home), ModelLoadException.class);
    }
    Files.createSymbolicLink(home.resolve("link.bin"), outside);
    Graphs.save(home, "model", Graphs.external("link.bin"));
    Expect.exception(() -> runtime.load(home), ModelLoadException.class);
    Files.delete(home.resolve("link.bin"));
    Files.write(home.resolve("weights.bin"), new byte[] {1});
    Graphs.save(home, "model", Graphs.external("weights.bin"));
    Expect.exception(() -> runtime.load(home), ModelLoadException.class);
    Files.write(home.resolve("weights.bin"), Graphs.externalFactor());
    try (Model model = runtime.load(home);
        FeatureBatch batch = x(4)) {
      askLine(model, batch, 4);
    }
  }

  /** Raw: an exception from within a kernel. */
  private void emptyAndUneven() throws Exception {
    try (Model sums = runtime.load(Graphs.save(folder, "sums", Graphs.sums()));
        FeatureBatch empty =
            FeatureBatch.builder(runtime.allocator())
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
    try (Model same = runtime.load(Graphs.save(folder, "same", Graphs.same()));
        FeatureBatch good =
            FeatureBatch.builder(runtime.allocator())
                .doubles("d", 1, 2)
                .ints("i", 1, 2)
                .longs("l", 1, 2)
                .booleans("b", true, false)
                .strings("s", "a", "b")
                .build();
        FeatureBatch few = FeatureBatch.builder(runtime.allocator()).ints("i", 1).build()) {
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
        () -> FeatureBatch.builder(runtime.allocator()).floats("x", 1).ints("i", 1, 2).build(),
        IllegalArgumentException.class);
  }

  @Override
  public void close() {
    threads.shutdown();
    if (!allEnded()) {
      throw new IllegalStateException("a caller hangs");
    }
    if (runtime.hostBytes() != 0 || runtime.allocator().getAllocatedMemory() != 0) {
      throw new IllegalStateException(
          "lent at the end: %d and %d bytes"
              .formatted(runtime.hostBytes(), runtime.allocator().getAllocatedMemory()));
    }
    runtime.close();
  }

  private boolean allEnded() {
    try {
      return threads.awaitTermination(LONG.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
