package io.mlops4j.runtime.feature.arrow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.feature.FeatureReader;
import io.mlops4j.feature.ReadOptions;
import io.mlops4j.runtime.feature.DataFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.UnionVector;
import org.apache.arrow.vector.holders.NullableFloat8Holder;
import org.apache.arrow.vector.holders.NullableIntHolder;
import org.apache.arrow.vector.ipc.ArrowFileWriter;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lists of a fixed size of nothing but nulls, and sparse unions, are chosen and joined by row. */
class UnusualColumnsTest {
  private final RootAllocator memory = new RootAllocator();
  @TempDir private Path folder;

  @AfterEach
  void nothingIsLeftAllocated() {
    memory.close();
  }

  /** Batches of 3 and 4 rows: n from 0; every third list is null; unions of n and n + 0.5. */
  @BeforeEach
  void write() throws IOException {
    try (IntVector n = new IntVector("n", memory);
        FixedSizeListVector nulls =
            new FixedSizeListVector(
                "nulls", memory, FieldType.nullable(new ArrowType.FixedSizeList(2)), null);
        UnionVector union = UnionVector.empty("union", memory)) {
      nulls.addOrGetVector(FieldType.nullable(MinorType.NULL.getType()));
      union.initializeChildrenFromFields(
          List.of(
              Field.nullable("int", MinorType.INT.getType()),
              Field.nullable("float8", MinorType.FLOAT8.getType())));
      VectorSchemaRoot root = VectorSchemaRoot.of(n, nulls, union);
      try (FileChannel out =
              FileChannel.open(
                  folder.resolve("in.arrow"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          ArrowFileWriter writer = new ArrowFileWriter(root, null, out)) {
        fill(root, 0, 3);
        writer.writeBatch();
        fill(root, 3, 4);
        writer.writeBatch();
        writer.end();
      }
    }
  }

  private static void fill(VectorSchemaRoot root, int first, int rows) {
    root.allocateNew();
    IntVector n = (IntVector) root.getVector("n");
    FixedSizeListVector nulls = (FixedSizeListVector) root.getVector("nulls");
    UnionVector union = (UnionVector) root.getVector("union");
    for (int i = 0; i < rows; i++) {
      int value = first + i;
      n.setSafe(i, value);
      if (value % 3 == 0) {
        nulls.setNull(i);
      } else {
        nulls.setNotNull(i);
      }
      if (value % 2 == 0) {
        NullableIntHolder whole = new NullableIntHolder();
        whole.isSet = 1;
        whole.value = value;
        union.setType(i, MinorType.INT);
        union.setSafe(i, whole);
      } else {
        NullableFloat8Holder half = new NullableFloat8Holder();
        half.isSet = 1;
        half.value = value + 0.5;
        union.setType(i, MinorType.FLOAT8);
        union.setSafe(i, half);
      }
    }
    root.setRowCount(rows);
  }

  private List<String> rows(ReadOptions options) {
    List<String> rows = new ArrayList<>();
    try (FeatureReader reader =
        DataFiles.open(List.of(folder.resolve("in.arrow")), options, memory)) {
      for (FeatureBatch batch : reader) {
        for (int row = 0; row < batch.rows(); row++) {
          rows.add(
              batch.column("n").getObject(row)
                  + " "
                  + batch.column("nulls").getObject(row)
                  + " "
                  + batch.column("union").getObject(row));
        }
      }
    }
    return rows;
  }

  private static final List<String> ALL =
      List.of(
          "0 null 0",
          "1 [null,null] 1.5",
          "2 [null,null] 2",
          "3 null 3.5",
          "4 [null,null] 4",
          "5 [null,null] 5.5",
          "6 null 6");

  @Test
  void allRowsAreRead() {
    assertThat(rows(ReadOptions.defaults())).isEqualTo(ALL);
  }

  @Test
  void batchesAreJoinedAndCut() {
    for (int size : new int[] {1, 2, 5, 100}) {
      assertThat(rows(ReadOptions.builder().batchRows(size).build())).isEqualTo(ALL);
    }
  }

  @Test
  void rowsAreChosen() {
    assertThat(rows(ReadOptions.builder().filter("n >= 2 AND n <> 4").build()))
        .containsExactly("2 [null,null] 2", "3 null 3.5", "5 [null,null] 5.5", "6 null 6");
    assertThat(rows(ReadOptions.builder().filter("n >= 2 AND n <> 4").batchRows(3).build()))
        .containsExactly("2 [null,null] 2", "3 null 3.5", "5 [null,null] 5.5", "6 null 6");
    assertThat(rows(ReadOptions.builder().filter("n < 0").build())).isEmpty();
  }

  /** Arrow would enlarge them without end; here, up to the limit of the allocator. */
  @Test
  void listsOfSizeZeroAreCopiedWithTheirNulls() {
    Field field =
        new Field(
            "empty",
            FieldType.nullable(new ArrowType.FixedSizeList(0)),
            List.of(Field.nullable("$data$", MinorType.FLOAT4.getType())));
    try (BufferAllocator small = memory.newChildAllocator("small", 0, 1 << 20);
        FixedSizeListVector lists = (FixedSizeListVector) field.createVector(small)) {
      lists.setNotNull(1);
      lists.setValueCount(2);
      CopiedRows copied = new CopiedRows(lists, 1, small);
      try {
        copied.add(lists, new int[] {1, 0, 1});
        copied.addAll(lists);
        FieldVector all = copied.finish();
        assertThat(IntStream.range(0, all.getValueCount()).mapToObj(all::isNull))
            .containsExactly(false, true, false, true, false);
      } finally {
        copied.free();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"2, NULL", "0, FLOAT4"})
  void whatArrowCannotCopyIsNamed(int size, MinorType type) {
    Field nulls = Field.nullable("$data$", type.getType());
    Field lists =
        new Field("a", FieldType.nullable(new ArrowType.FixedSizeList(size)), List.of(nulls));
    Field outer = new Field("s", FieldType.nullable(new ArrowType.Struct()), List.of(lists));
    try (FieldVector column = outer.createVector(memory)) {
      assertThatThrownBy(() -> new CopiedRows(column, 1, memory))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("s: found lists of size 0, or of a fixed size and of type null")
          .hasMessageContaining("ReadOptions.columns");
    }
  }
}
