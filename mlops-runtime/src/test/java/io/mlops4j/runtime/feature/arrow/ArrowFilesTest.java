package io.mlops4j.runtime.feature.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.flatbuffers.FlatBufferBuilder;
import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.FixedShapeTensorVector;
import io.mlops4j.feature.VariableShapeTensorVector;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.apache.arrow.flatbuf.Endianness;
import org.apache.arrow.flatbuf.Message;
import org.apache.arrow.flatbuf.MessageHeader;
import org.apache.arrow.flatbuf.MetadataVersion;
import org.apache.arrow.flatbuf.Schema;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ArrowFilesTest {
  private final RootAllocator memory = new RootAllocator();
  @TempDir private Path folder;

  @AfterEach
  void nothingIsLeftAllocated() {
    memory.close();
  }

  static Path resource(String name) {
    return Path.of("src/test/resources/io/mlops4j/runtime/feature/arrow", name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain.arrow",
        "plain.arrows",
        "zstd.arrow",
        "lz4.arrow",
        "dictionary.arrow",
        "dictionary.arrows"
      })
  void readsEveryValueOfEveryBatch(String file) {
    try (FeatureReader reader = ArrowFiles.open(resource(file), memory)) {
      Iterator<FeatureBatch> batches = reader.iterator();
      FeatureBatch first = batches.next();
      assertThat(first.rows()).isEqualTo(3);
      assertThat(values(first, "flight_id")).containsExactly("a-1", "früh ✈", "");
      assertThat(values(first, "distance")).containsExactly(2176f, Float.NaN, 0.5f);
      assertThat(values(first, "hour")).containsExactly((short) 7, null, (short) 23);
      assertThat(values(first, "delay")).containsExactly(0.1, -2.5, null);
      assertThat(values(first, "serial")).containsExactly(1L, 9007199254740993L, -1L);
      assertThat(values(first, "late")).containsExactly(true, false, null);
      FeatureBatch second = batches.next();
      assertThat(second.rows()).isEqualTo(2);
      assertThat(values(second, "flight_id")).containsExactly("d-4", null);
      assertThat(values(second, "distance")).containsExactly(-1f, 1e30f);
      assertThat(values(second, "hour")).containsExactly((short) 0, Short.MIN_VALUE);
      assertThat(values(second, "delay")).containsExactly(1e-300, 3.0);
      assertThat(values(second, "serial")).containsExactly(0L, null);
      assertThat(values(second, "late")).containsExactly(false, true);
      assertThat(batches.hasNext()).isFalse();
    }
  }

  private static List<Object> values(FeatureBatch batch, String column) {
    return values(batch.column(column));
  }

  static List<Object> values(FieldVector vector) {
    List<Object> values = new ArrayList<>();
    for (int i = 0; i < vector.getValueCount(); i++) {
      Object value = vector.getObject(i);
      values.add(value instanceof Number || value instanceof Boolean ? value : text(value));
    }
    return values;
  }

  private static String text(Object value) {
    return value == null ? null : value.toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"dictionary.arrow", "dictionary.arrows"})
  void keepsDictionaryColumnsEncodedWithTheirDictionaries(String file) {
    List<Object> origins = new ArrayList<>();
    try (FeatureReader reader = ArrowFiles.open(resource(file), memory)) {
      for (FeatureBatch batch : reader) {
        FieldVector codes = batch.column("origin");
        long id = codes.getField().getDictionary().getId();
        try (FieldVector decoded =
            (FieldVector) DictionaryEncoder.decode(codes, batch.dictionaries().lookup(id))) {
          origins.addAll(values(decoded));
        }
      }
    }
    assertThat(origins).containsExactly("LAS", "PHL", "LAS", null, "SFO");
  }

  @Test
  void tensorsAndBfloat16AreKnownByTheirNames() {
    try (FeatureReader reader = ArrowFiles.open(resource("tensors.arrow"), memory);
        FeatureBatch batch = reader.iterator().next().retain()) {
      FixedShapeTensorVector image = (FixedShapeTensorVector) batch.column("image");
      assertThat(image.shape()).containsExactly(2, 3);
      assertThat(image.floats(1)).containsExactly(7, 8, 9, 10, 11, 12);
      VariableShapeTensorVector ids = (VariableShapeTensorVector) batch.column("ids");
      assertThat(ids.shape(0)).containsExactly(3, 1);
      assertThat(ids.longs(0)).containsExactly(1, 2, 3);
      assertThat(ids.shape(1)).containsExactly(1, 2);
      assertThat(ids.longs(1)).containsExactly(4, 5);
      assertThat(values(batch, "brain")).containsExactly(1.5f, -2f);
      // What is not supported stays storage, in which a model refuses it.
      assertThat(batch.column("permuted")).isInstanceOf(FixedSizeListVector.class);
      assertThat(batch.column("plain")).isInstanceOf(UInt2Vector.class);
    }
  }

  @Test
  void aBatchEndsAtTheNextOneUnlessRetained() {
    FeatureBatch kept;
    try (FeatureReader reader = ArrowFiles.open(resource("dictionary.arrows"), memory)) {
      Iterator<FeatureBatch> batches = reader.iterator();
      FeatureBatch first = batches.next();
      kept = first.retain();
      batches.next();
      assertThatThrownBy(first::rows)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("retain()");
    }
    try (kept) {
      assertThat(values(kept, "flight_id")).containsExactly("a-1", "früh ✈", "");
      assertThat(values(kept.dictionaries().lookup(7).getVector()))
          .containsExactly("LAS", "PHL", "SFO");
    }
  }

  @Test
  void stoppingHalfWayFreesEverything() {
    try (FeatureReader reader = ArrowFiles.open(resource("dictionary.arrow"), memory)) {
      reader.iterator().next();
      assertThat(memory.getAllocatedMemory()).isPositive();
    }
    assertThat(memory.getAllocatedMemory()).isZero();
  }

  @Test
  void afterCloseAndInASecondPassItRefuses() {
    FeatureReader reader = ArrowFiles.open(resource("plain.arrow"), memory);
    Iterator<FeatureBatch> batches = reader.iterator();
    assertThatThrownBy(reader::iterator).isInstanceOf(IllegalStateException.class);
    reader.close();
    reader.close();
    assertThatThrownBy(batches::next).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(reader::iterator).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void namesWhatIsWrongWithAFileThatIsNoArrowFile() throws IOException {
    assertUnreadable(folder.resolve("absent.arrow"), "no such file, expected a file of rows");
    assertUnreadable(Path.of("absent.arrow"), "start at " + System.getProperty("user.dir"));
    assertUnreadable(folder, "found a folder");
    assertUnreadable(write(), "found an empty file, expected an Arrow IPC file");
    assertUnreadable(write((byte) 'A', (byte) 'R'), "found only the first bytes of an Arrow IPC");
    assertUnreadable(
        write((byte) 1, (byte) 2, (byte) 3, (byte) 0, (byte) 255),
        "found an unknown format that begins with the bytes 01 02 03 00 ff, expected an Arrow IPC");
    assertUnreadable(write(truncated("plain.arrow", 1000)), "never finished");
    assertUnreadable(write(truncated("plain.arrows", 20)), "truncated or damaged");
    assertUnreadable(write(truncated("plain.arrows", 1844)), "expected a multiple of 8");
    assertUnreadable(write(bigEndian()), "big-endian");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "PAR1 and what follows  | a Parquet file           | pandas.read_parquet",
        "SQLite format 3        | an SQLite database       | pandas.read_sql",
        "distance,hour\\n"
            + "1,2\\n"
            + "  | text that looks like CSV | Rename it to a name that ends in .csv.",
        "größe;höhe\\n"
            + "1;2\\n"
            + "     | text that looks like CSV | Rename it to a name that ends in .csv.",
        "a,b                    | text that looks like CSV | Rename it to a name that ends in"
            + " .csv.",
        "  {\"hour\": 1}\\n"
            + "      | JSON text                | Rename it to a name that ends in .json or"
            + " .jsonl.",
        "[{\"hour\": 1}]         | JSON text                | Rename it to a name that ends in"
            + " .json or .jsonl.",
        "\\u001f\\u008b           | a gzip file              | data.csv.gz",
        "PK\\u0003\\u0004 flights  | a zip file               | Extract it first",
        "some words             | text                     | If it is CSV, rename it",
      })
  void saysWhatAFileLooksLikeAndWhatToDo(String start, String looks, String advice)
      throws IOException {
    String text = start.replace("\\n", "\n");
    text = text.replace("\\u0003", "\u0003").replace("\\u0004", "\u0004");
    byte[] bytes =
        text.startsWith("\\u001f")
            ? new byte[] {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, 3}
            : text.getBytes(StandardCharsets.UTF_8);
    Path file = write(bytes);

    assertUnreadable(file, "found " + looks + ", expected an Arrow IPC file or stream");
    assertUnreadable(file, "or a text whose name ends in .csv");
    assertUnreadable(file, advice);
  }

  private void assertUnreadable(Path file, String message) {
    assertThatThrownBy(() -> ArrowFiles.open(file, memory))
        .isInstanceOf(DataException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(message);
  }

  private Path write(byte... bytes) throws IOException {
    return Files.write(folder.resolve("file.arrow"), bytes);
  }

  static byte[] truncated(String file, int length) throws IOException {
    return Arrays.copyOf(Files.readAllBytes(resource(file)), length);
  }

  /** The schema of a big-endian writer: a flat buffer whose first field says so. */
  private static byte[] bigEndian() {
    FlatBufferBuilder builder = new FlatBufferBuilder();
    int fields = Schema.createFieldsVector(builder, new int[0]);
    int schema = Schema.createSchema(builder, Endianness.Big, fields, 0, 0);
    builder.finish(
        Message.createMessage(builder, MetadataVersion.V5, MessageHeader.Schema, schema, 0, 0));
    byte[] message = builder.sizedByteArray();
    int padded = (message.length + 7) / 8 * 8;
    return ByteBuffer.allocate(8 + padded)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(-1)
        .putInt(padded)
        .put(message)
        .array();
  }

  @Test
  void compressedRowsWithoutArrowCompressionNameTheArtifact() throws Exception {
    List<URL> classPath = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
      if (!entry.contains("arrow-compression")) {
        classPath.add(Path.of(entry).toUri().toURL());
      }
    }
    try (URLClassLoader without =
        new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
      Class<?> here = without.loadClass(ArrowFilesTest.class.getName());
      Method messageOf = here.getDeclaredMethod("messageOf", Path.class);
      messageOf.setAccessible(true);
      assertThat((String) messageOf.invoke(null, resource("zstd.arrow")))
          .contains("zstd.arrow: rows compressed with ZSTD")
          .contains("need io.mlops4j:mlops-data, or org.apache.arrow:arrow-compression alone");
    } catch (InvocationTargetException e) {
      throw new AssertionError(e.getCause());
    }
  }

  static String messageOf(Path file) {
    try (RootAllocator memory = new RootAllocator();
        FeatureReader reader = ArrowFiles.open(file, memory)) {
      reader.iterator().next();
      return "no error";
    } catch (DataException e) {
      return e.getMessage();
    }
  }
}
