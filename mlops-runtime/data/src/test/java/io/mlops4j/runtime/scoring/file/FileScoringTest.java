package io.mlops4j.runtime.scoring.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.error.ModelInputException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FeatureWriter;
import io.mlops4j.inference.LoadOptions;
import io.mlops4j.inference.Model;
import io.mlops4j.model.Digest;
import io.mlops4j.model.Feature;
import io.mlops4j.model.FeatureSchema;
import io.mlops4j.model.NullPolicy;
import io.mlops4j.runtime.ModelRuntime;
import io.mlops4j.runtime.scoring.ScoringProgress;
import io.mlops4j.runtime.scoring.ScoringResult;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.ipc.ArrowFileReader;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FileScoringTest {
  /** y = x + 1. */
  private static final Path PLUS =
      Path.of("../src/test/resources/io/mlops4j/runtime/deployment/plus1.onnx");

  /** Larger than a chunk, as large, empty, and small. */
  private static final int[] BATCHES = {20_000, 1, 0, ScoringRun.CHUNK, 9_000, 63};

  private static final int ROWS = IntStream.of(BATCHES).sum();

  @TempDir private Path folder;
  private ModelRuntime runtime;
  private Model model;
  private Path in;
  private Path out;

  @BeforeEach
  void open() {
    runtime = ModelRuntime.builder().strict().threads(2).open();
    model = runtime.load(PLUS);
    in = folder.resolve("in.arrow");
    out = folder.resolve("out.arrow");
  }

  /** Strict: fails if memory is left allocated. */
  @AfterEach
  void close() {
    model.close();
    runtime.close();
  }

  private FileScoring scoring() {
    return ((FileScoring) runtime.scoring(model)).keep("id").recordedEvery(0);
  }

  /** Row r has the id "r" and x = r, or a null x if it is one of the bad rows. */
  private void writeInput(int... bad) {
    try (FeatureBatch first = batch(0, BATCHES[0], bad);
        VectorSchemaRoot root =
            VectorSchemaRoot.create(first.root().getSchema(), runtime.allocator());
        FileOutputStream file = new FileOutputStream(in.toFile());
        ArrowFileWriter writer = new ArrowFileWriter(root, null, Channels.newChannel(file))) {
      int row = 0;
      for (int rows : BATCHES) {
        try (FeatureBatch batch = batch(row, rows, bad)) {
          for (int i = 0; i < 2; i++) {
            batch.root().getVector(i).makeTransferPair(root.getVector(i)).transfer();
          }
          root.setRowCount(rows);
          writer.writeBatch();
        }
        row += rows;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private FeatureBatch batch(int from, int rows, int... bad) {
    String[] ids = new String[rows];
    float[] x = new float[rows];
    for (int i = 0; i < rows; i++) {
      ids[i] = Integer.toString(from + i);
      x[i] = from + i;
    }
    FeatureBatch batch =
        FeatureBatch.builder(runtime.allocator()).strings("id", ids).floats("x", x).build();
    for (int row : bad) {
      if (row >= from && row < from + rows) {
        ((Float4Vector) batch.column("x")).setNull(row - from);
      }
    }
    return batch;
  }

  private void assertScored(int... bad) {
    List<Integer> rejected = IntStream.of(bad).boxed().toList();
    int row = 0;
    try (FeatureReader reader = runtime.read(out)) {
      for (FeatureBatch batch : reader) {
        VarCharVector ids = (VarCharVector) batch.column("id");
        Float4Vector y = (Float4Vector) batch.column("y");
        for (int i = 0; i < batch.rows(); i++, row++) {
          String id = new String(ids.get(i), StandardCharsets.US_ASCII);
          boolean right = rejected.contains(row) ? y.isNull(i) : y.get(i) == row + 1f;
          if (!right || !id.equals(Integer.toString(row))) {
            throw new AssertionError("row " + row + ": found " + id + ", " + y.getObject(i));
          }
        }
      }
    }
    assertThat(row).isEqualTo(ROWS);
  }

  private void assertOnlyInputIsLeft() {
    assertThat(files()).containsExactly("in.arrow");
  }

  private List<String> files() {
    try (Stream<Path> all = Files.list(folder)) {
      return all.map(path -> path.getFileName().toString()).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void writesEveryRowOnceInTheOrderOfTheInput() throws IOException {
    writeInput();
    ScoringResult result = scoring().score(in, out);
    assertThat(result.rows()).isEqualTo(ROWS);
    assertThat(result.badRows()).isZero();
    assertThat(result.resumedRows()).isZero();
    assertThat(result.servedBy().digest()).isEqualTo(model.servedBy().digest());
    assertScored();
    assertThat(files()).containsExactly("in.arrow", "out.arrow");
  }

  @Test
  void arrowReadsTheFile() throws IOException {
    writeInput();
    scoring().score(in, out);
    long rows = 0;
    try (ArrowFileReader reader =
        new ArrowFileReader(Files.newByteChannel(out), runtime.allocator())) {
      for (int i = 0; i < reader.getRecordBlocks().size(); i++) {
        assertThat(reader.loadRecordBatch(reader.getRecordBlocks().get(i))).isTrue();
        rows += reader.getVectorSchemaRoot().getRowCount();
      }
    }
    assertThat(rows).isEqualTo(ROWS);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void bytesDoNotDependOnTheNumberOfThreads(int threads) throws IOException {
    writeInput(17);
    Digest one = scoring().badRows(1).threads(1).score(in, out).digest();
    ScoringResult other = scoring().badRows(1).threads(threads).score(in, out);
    assertThat(other.digest()).isEqualTo(one);
    assertThat(Digest.sha256(Files.readAllBytes(out))).isEqualTo(one);
  }

  @Test
  void resumesWhereAnInterruptedRunEnded() throws IOException {
    writeInput();
    Digest whole = scoring().score(in, out).digest();
    Files.delete(out);
    stopAtTheEnd();
    ScoringResult resumed = scoring().score(in, out);
    assertThat(resumed.resumedRows()).isEqualTo(ROWS);
    assertThat(resumed.digest()).isEqualTo(whole);
    assertScored();
  }

  /** All rows are recorded, but the file does not have its final name. */
  private void stopAtTheEnd() throws IOException {
    stopAtTheEnd(model);
  }

  private void stopAtTheEnd(Model scored) throws IOException {
    Path file = out.resolve("file");
    FileScoring stopped =
        FileScoring.of(
            new HookedFiles(runtime, () -> createFileAndFolder(file), () -> {}), scored, 2);
    assertThatThrownBy(() -> stopped.keep("id").recordedEvery(0).score(in, out))
        .isInstanceOf(DataException.class);
    Files.delete(file);
    Files.delete(out);
  }

  private static void createFileAndFolder(Path file) {
    try {
      Files.createDirectory(file.getParent());
      Files.createFile(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void cutsOffWhatWasWrittenBehindTheLastRecord() throws IOException {
    writeInput();
    Digest whole = scoring().score(in, out).digest();
    Files.delete(out);
    stopAtTheEnd();
    Path journal = folder.resolve("out.arrow.journal");
    List<String> lines = Files.readAllLines(journal);
    assertThat(lines).hasSizeGreaterThan(4);
    String torn = String.join("\n", lines.subList(0, 3)) + "\n" + lines.get(3).substring(0, 9);
    Files.writeString(journal, torn);
    ScoringResult resumed = scoring().score(in, out);
    assertThat(resumed.resumedRows()).isEqualTo(2L * ScoringRun.CHUNK);
    assertThat(resumed.digest()).isEqualTo(whole);
  }

  @Test
  void damagedRowsAreScoredAgain() throws IOException {
    writeInput();
    Digest whole = scoring().score(in, out).digest();
    Files.delete(out);
    stopAtTheEnd();
    Path partial = folder.resolve("out.arrow.partial");
    byte[] bytes = Files.readAllBytes(partial);
    bytes[bytes.length / 2] ^= 1;
    Files.write(partial, bytes, StandardOpenOption.TRUNCATE_EXISTING);
    ScoringResult resumed = scoring().score(in, out);
    assertThat(resumed.resumedRows()).isBetween(1L, ROWS - 1L);
    assertThat(resumed.digest()).isEqualTo(whole);
  }

  @Test
  void startsAgainIfAnOptionOrTheInputIsAnother() throws IOException {
    writeInput();
    stopAtTheEnd();
    assertThat(scoring().badRows(1).score(in, out).resumedRows()).isZero();
    stopAtTheEndAfterDeleting();
    Files.setLastModifiedTime(in, FileTime.fromMillis(0));
    assertThat(scoring().score(in, out).resumedRows()).isZero();
    stopAtTheEndAfterDeleting();
    try (Model same = runtime.load(PLUS)) {
      FileScoring other = (FileScoring) runtime.scoring(same);
      assertThat(other.keep("id").score(in, out).resumedRows()).isEqualTo(ROWS);
    }
  }

  /** The same bytes of a model, but other values for nulls: rows of both would be mixed. */
  @Test
  void startsAgainIfTheFeaturesAreOthers() throws IOException {
    writeInput();
    List<Feature> features =
        List.of(
            Feature.of("x").withNulls(NullPolicy.nan()),
            Feature.of("x").withNulls(NullPolicy.replaceWith(7f)));
    for (Feature feature : features) {
      stopAtTheEnd();
      FeatureSchema schema = FeatureSchema.of(feature);
      try (Model other = runtime.load(PLUS, LoadOptions.builder().features(schema).build())) {
        FileScoring scoring = (FileScoring) runtime.scoring(other);
        assertThat(scoring.keep("id").score(in, out).resumedRows()).isZero();
        Files.delete(out);
        stopAtTheEnd(other);
        assertThat(scoring.keep("id").score(in, out).resumedRows()).isEqualTo(ROWS);
        Files.delete(out);
      }
    }
  }

  /** A record whose number of rows is another would skip rows, or score some twice. */
  @Test
  void damagedJournalCountsUpToTheDamage() throws IOException {
    writeInput();
    Digest whole = scoring().score(in, out).digest();
    Files.delete(out);
    stopAtTheEnd();
    Path journal = folder.resolve("out.arrow.journal");
    List<String> lines = new ArrayList<>(Files.readAllLines(journal));
    String rows = 2 * ScoringRun.CHUNK + " ";
    assertThat(lines.get(2)).startsWith(rows);
    lines.set(2, 2 * ScoringRun.CHUNK + 1 + lines.get(2).substring(rows.length() - 1));
    Files.write(journal, lines);
    ScoringResult resumed = scoring().score(in, out);
    assertThat(resumed.resumedRows()).isEqualTo(ScoringRun.CHUNK);
    assertThat(resumed.digest()).isEqualTo(whole);
  }

  private void stopAtTheEndAfterDeleting() throws IOException {
    Files.delete(out);
    stopAtTheEnd();
  }

  @Test
  void listenersFailureEndsTheRun() {
    writeInput();
    assertThatThrownBy(() -> scoring().onProgress(FileScoringTest::fail).score(in, out))
        .hasMessage("killed");
    assertThat(scoring().score(in, out).rows()).isEqualTo(ROWS);
    assertScored();
  }

  private static void fail(ScoringProgress now) {
    throw new IllegalStateException("killed");
  }

  @Test
  void interruptEndsTheRun() {
    writeInput();
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> scoring().score(in, out)).isInstanceOf(DataException.class);
      assertThat(Thread.currentThread().isInterrupted()).isTrue();
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(Files.exists(out)).isFalse();
    assertThat(scoring().score(in, out).rows()).isEqualTo(ROWS);
    assertScored();
  }

  @Test
  void badRowEndsTheWorkAndIsNamed() {
    writeInput(20_005, 25_000);
    assertThatThrownBy(() -> scoring().score(in, out))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("in.arrow")
        .hasMessageContaining("row 20005 (counted from 0): x: found ")
        .hasMessageNotContainingAny("in row")
        .hasMessageContaining("x:");
    assertOnlyInputIsLeft();
  }

  @Test
  void allowedBadRowsHaveNullOutputs() {
    int[] bad = {0, 20_000, 25_000, 25_001, ROWS - 1};
    writeInput(bad);
    ScoringResult result = scoring().badRows(5).score(in, out);
    assertThat(result.badRows()).isEqualTo(5);
    assertScored(bad);
    assertThatThrownBy(() -> scoring().badRows(4).score(in, out))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("expected at most 4")
        .hasMessageContaining("row " + (ROWS - 1));
    assertScored(bad); // the earlier file stays
  }

  @Test
  void missingColumnIsReportedBeforeTheFirstRow() {
    writeInput();
    try (Model columns =
        runtime.load(Path.of("../src/test/resources/io/mlops4j/runtime/models/columns.onnx"))) {
      assertThatThrownBy(() -> runtime.scoring(columns).badRows(1 << 30).score(in, out))
          .isInstanceOf(ModelInputException.class);
    }
    assertThatThrownBy(() -> scoring().keep("ID").score(in, out))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("\"ID\"")
        .hasMessageContaining("[id, x]");
    assertThatThrownBy(() -> runtime.scoring(model).outputs("z"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[y]");
    assertOnlyInputIsLeft();
  }

  @Test
  void inputThatChangesIsRefused() {
    writeInput();
    assertThatThrownBy(
            () ->
                new ScoringRun(
                        hooked(this::appendAByte),
                        model,
                        ScoringSettings.defaults(List.of(), 1),
                        ScoringInput.of(hooked(this::appendAByte), in))
                    .into(out))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("change"); // the reader or the run notices first
    assertOnlyInputIsLeft();
  }

  private HookedFiles hooked(Runnable opened) {
    return new HookedFiles(runtime, opened, () -> {});
  }

  private void appendAByte() {
    try {
      Files.write(in, new byte[1], StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void inputWithoutRowsGivesColumnsWithoutRows() throws IOException {
    try (FeatureBatch none = batch(0, 0);
        FileOutputStream file = new FileOutputStream(in.toFile());
        ArrowFileWriter writer =
            new ArrowFileWriter(none.root(), null, Channels.newChannel(file))) {
      writer.start();
    }
    assertThat(scoring().score(in, out).rows()).isZero();
    try (FeatureReader reader = runtime.read(out)) {
      FeatureBatch batch = reader.iterator().next();
      assertThat(batch.rows()).isZero();
      assertThat(batch.root().getFieldVectors())
          .extracting(FieldVector::getName)
          .containsExactly("id", "y");
    }
  }

  @Test
  void secondRunOfTheSameOutputIsRefused() {
    writeInput();
    List<Throwable> thrown = new ArrayList<>();
    FileScoring other = scoring();
    HookedFiles hooked =
        hooked(
            () -> {
              try {
                other.score(in, out);
              } catch (RuntimeException e) {
                thrown.add(e);
              }
            });
    ScoringResult result =
        new ScoringRun(
                hooked, model, ScoringSettings.defaults(List.of(), 1), ScoringInput.of(hooked, in))
            .into(out);
    assertThat(result.rows()).isEqualTo(ROWS);
    assertThat(thrown).hasSize(1);
    assertThat(thrown.get(0))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("another run")
        .hasMessageContaining("out.arrow.journal");
  }

  /** Closing a file on POSIX systems releases all locks of the process on it. */
  @Test
  void refusedRunDoesNotLetAnotherProcessIn() {
    writeInput();
    List<String> said = new ArrayList<>();
    Runnable others =
        () -> {
          assertThatThrownBy(() -> scoring().score(in, out)).hasMessageContaining("another run");
          try {
            said.add(ScoringChild.run(PLUS, in, out, 1 << 30, false, "id"));
          } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
          }
        };
    FileScoring.of(new HookedFiles(runtime, others, () -> {}), model, 1).keep("id").score(in, out);
    assertThat(said).hasSize(1);
    assertThat(said.get(0)).contains("another run", "out.arrow.journal");
    assertScored();
  }

  /** A run that ended between the opening and the locking of its journal let a third one begin. */
  @Test
  void lockOfADeletedJournalIsOfNoUse() {
    Path journal = folder.resolve("out.arrow.journal");
    assertThatThrownBy(
            () ->
                Journal.open(
                    journal,
                    out,
                    () -> {
                      try {
                        Files.delete(journal);
                        Files.createFile(journal);
                      } catch (IOException e) {
                        throw new UncheckedIOException(e);
                      }
                    }))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("another run");
    Journal.open(journal, out).close();
  }

  @Test
  void keptDictionaryColumnsBecomeValues() throws IOException {
    try (FeatureBatch values =
            FeatureBatch.builder(runtime.allocator()).strings("id", "a", "b").build();
        FeatureBatch rows =
            FeatureBatch.builder(runtime.allocator())
                .strings("id", "b", null, "a")
                .floats("x", 1, 2, 3)
                .build()) {
      Dictionary dictionary =
          new Dictionary(values.column("id"), new DictionaryEncoding(7, false, null));
      try (FieldVector codes =
              (FieldVector) DictionaryEncoder.encode(rows.column("id"), dictionary);
          FileOutputStream file = new FileOutputStream(in.toFile());
          ArrowFileWriter writer =
              new ArrowFileWriter(
                  VectorSchemaRoot.of(codes, rows.column("x")),
                  new DictionaryProvider.MapDictionaryProvider(dictionary),
                  Channels.newChannel(file))) {
        writer.writeBatch();
      }
    }
    scoring().score(in, out);
    try (FeatureReader reader = runtime.read(out)) {
      FeatureBatch batch = reader.iterator().next();
      assertThat(IntStream.range(0, 3).mapToObj(i -> batch.column("id").getObject(i)))
          .extracting(String::valueOf)
          .containsExactly("b", "null", "a");
    }
  }

  @Test
  void progressStatesRowsAndTotal() {
    writeInput();
    List<ScoringProgress> seen = new ArrayList<>();
    scoring().onProgress(seen::add).score(in, out);
    ScoringProgress last = seen.get(seen.size() - 1);
    assertThat(last.rows()).isEqualTo(ROWS);
    assertThat(last.total()).hasValue(ROWS);
    assertThat(last.rowsPerSecond()).isPositive();
    assertThat(last.remaining()).hasValue(Duration.ZERO);
    assertThat(last.text()).startsWith("37,192 of 37,192 rows, 100%, ").endsWith(", 0 s left");
  }

  /** The footer of Parquet has the number of rows. */
  @Test
  void progressOverParquetStatesTheTotal() {
    writeInput();
    Path parquet = folder.resolve("in.parquet");
    try (FeatureReader rows = runtime.read(in);
        FeatureWriter copy = runtime.write(parquet)) {
      rows.forEach(copy::write);
      copy.commit();
    }
    List<ScoringProgress> seen = new ArrayList<>();
    scoring().onProgress(seen::add).score(parquet, out);
    assertThat(seen.get(seen.size() - 1).total()).hasValue(ROWS);
  }

  @Test
  void textsAreScored() throws IOException {
    try (Model columns =
            runtime.load(Path.of("../src/test/resources/io/mlops4j/runtime/models/columns.onnx"));
        FeatureBatch rows =
            FeatureBatch.builder(runtime.allocator())
                .floats("f", 1, 2)
                .doubles("d", 1, 2)
                .ints("i", 1, 2)
                .longs("l", 1, 2)
                .booleans("b", true, false)
                .strings("s", "früh ✈", "")
                .build();
        FileOutputStream file = new FileOutputStream(in.toFile());
        ArrowFileWriter writer =
            new ArrowFileWriter(rows.root(), null, Channels.newChannel(file))) {
      writer.writeBatch();
      writer.end();
      runtime.scoring(columns).outputs("s_out", "total").score(in, out);
    }
    try (FeatureReader reader = runtime.read(out)) {
      FeatureBatch batch = reader.iterator().next();
      assertThat(batch.column("s_out").getObject(0)).hasToString("früh ✈");
      assertThat(batch.column("s_out").getObject(1)).hasToString("");
      assertThat(batch.column("total").getObject(1)).isEqualTo(8d);
    }
  }

  @Test
  void parquetIsReadAndWritten() throws IOException {
    writeInput();
    Path parquet = folder.resolve("out.parquet");
    ScoringResult result = scoring().score(in, parquet);
    assertThat(files()).containsExactly("in.arrow", "out.parquet");
    assertThat(result.digest()).isEqualTo(scoring().score(in, out).digest());
    Path copy = folder.resolve("in.parquet");
    try (FeatureReader rows = runtime.read(in);
        FeatureWriter writer = runtime.write(copy)) {
      for (FeatureBatch batch : rows) {
        writer.write(batch);
      }
      writer.commit();
    }
    scoring().score(copy, out);
    assertScored();
    out = parquet;
    assertScored();
    assertThatThrownBy(() -> scoring().score(in, folder.resolve("out.csv")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(".parquet");
  }

  @Test
  void columnsOfFilesWithoutTypesAreParsedAsTheModelTakesThem() throws IOException {
    Map<String, String> texts =
        Map.of(
            "in.csv", "id,x\n0,0\n1,1\n",
            "in.json", "[{\"id\": 0, \"x\": 0}, {\"id\": 1, \"x\": 1}]");
    for (Map.Entry<String, String> text : texts.entrySet()) {
      scoring().score(Files.writeString(folder.resolve(text.getKey()), text.getValue()), out);
      try (FeatureReader reader = runtime.read(out)) {
        FeatureBatch rows = reader.iterator().next();
        assertThat(rows.column("id").getObject(1)).isEqualTo(1L);
        assertThat(rows.column("y").getObject(1)).isEqualTo(2f);
      }
    }
  }

  @Test
  void missingFolderOfTheOutputIsNamed() {
    writeInput();
    Path none = folder.resolve("none");
    assertThatThrownBy(() -> scoring().score(in, none.resolve("out.arrow")))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found no folder " + none)
        .hasMessageContaining("create it first");
  }

  @Test
  void patternIsNamed() {
    writeInput();
    for (String pattern : List.of("in*.arrow", "i{n,m}.arrow")) {
      assertThatThrownBy(() -> scoring().score(folder.resolve(pattern), out))
          .isInstanceOf(DataException.class)
          .hasMessageContaining(pattern + ": found a pattern")
          .hasMessageContaining("score each file by itself");
    }
    assertThat(out).doesNotExist();
  }

  @Test
  void sameFileForInputAndOutputIsRefused() {
    writeInput();
    assertThatThrownBy(() -> scoring().score(in, in))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("replaced");
  }

  @ParameterizedTest
  @ValueSource(strings = {"out.arrow.partial", "out.arrow.journal"})
  void inputThatWouldBeOverwrittenIsRefused(String name) throws IOException {
    in = folder.resolve(name);
    writeInput();
    byte[] before = Files.readAllBytes(in);
    assertThatThrownBy(() -> scoring().score(in, out))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("overwrite");
    assertThat(Files.readAllBytes(in)).isEqualTo(before);
  }

  @Test
  void folderAsOutputIsRefusedBeforeTheFirstRow() throws IOException {
    writeInput();
    Files.createDirectory(out);
    assertThatThrownBy(() -> scoring().score(in, out))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found a folder");
    Files.delete(out);
    assertOnlyInputIsLeft();
  }
}
