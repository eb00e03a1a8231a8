package io.mlops4j.feature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.ArrowStreamWriter;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ArrowFeatureReaderTest {
  private final RootAllocator memory = new RootAllocator();

  @AfterEach
  void nothingIsLeftAllocated() {
    memory.close();
  }

  private byte[] stream(int[]... batches) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (IntVector hour = new IntVector("hour", memory);
        VectorSchemaRoot root = VectorSchemaRoot.of(hour);
        ArrowStreamWriter writer = new ArrowStreamWriter(root, null, out)) {
      for (int[] batch : batches) {
        for (int i = 0; i < batch.length; i++) {
          hour.setSafe(i, batch[i]);
        }
        root.setRowCount(batch.length);
        writer.writeBatch();
      }
      writer.end();
    }
    return out.toByteArray();
  }

  private ArrowStreamReader arrow(byte[] bytes) {
    return new ArrowStreamReader(new ByteArrayInputStream(bytes), memory);
  }

  private static int hour(FeatureBatch batch, int row) {
    return ((IntVector) batch.column("hour")).get(row);
  }

  @Test
  void readsBatchAfterBatchOnce() throws IOException {
    List<Integer> hours = new ArrayList<>();
    try (ArrowStreamReader arrow = arrow(stream(new int[] {1, 2}, new int[] {}, new int[] {3}));
        FeatureReader reader = FeatureReader.of(arrow)) {
      for (FeatureBatch batch : reader) {
        for (int i = 0; i < batch.rows(); i++) {
          hours.add(hour(batch, i));
        }
      }
      assertThatIllegalStateException()
          .isThrownBy(reader::iterator)
          .withMessageContaining("one pass");
    }
    assertThat(hours).containsExactly(1, 2, 3);
  }

  @Test
  void aBatchEndsAtTheNextOneAndAKeptOneIsNeverOverwritten() throws IOException {
    try (ArrowStreamReader arrow = arrow(stream(new int[] {1}, new int[] {2}));
        FeatureReader reader = FeatureReader.of(arrow)) {
      Iterator<FeatureBatch> batches = reader.iterator();
      FeatureBatch first = batches.next();
      try (FeatureBatch kept = first.retain()) {
        FeatureBatch second = batches.next();
        assertThat(hour(second, 0)).isEqualTo(2);
        assertThat(hour(kept, 0)).isEqualTo(1);
        assertThatIllegalStateException()
            .isThrownBy(first::rows)
            .withMessageContaining("keep it with retain()");
      }
    }
  }

  @Test
  void askingWhetherThereIsMoreTwiceSkipsNothing() throws IOException {
    try (ArrowStreamReader arrow = arrow(stream(new int[] {1}, new int[] {2}));
        FeatureReader reader = FeatureReader.of(arrow)) {
      Iterator<FeatureBatch> batches = reader.iterator();
      assertThat(batches.hasNext()).isTrue();
      assertThat(batches.hasNext()).isTrue();
      assertThat(hour(batches.next(), 0)).isEqualTo(1);
      assertThat(hour(batches.next(), 0)).isEqualTo(2);
      assertThat(batches.hasNext()).isFalse();
      assertThat(batches.hasNext()).isFalse();
      assertThatThrownBy(batches::next).isInstanceOf(NoSuchElementException.class);
    }
  }

  @Test
  void closeEndsTheLastBatchInAnyOrder() throws IOException {
    ArrowStreamReader arrow = arrow(stream(new int[] {1}, new int[] {2}));
    FeatureReader reader = FeatureReader.of(arrow);
    Iterator<FeatureBatch> batches = reader.iterator();
    FeatureBatch first = batches.next();
    arrow.close();
    assertThat(hour(first, 0)).isEqualTo(1);
    reader.close();
    reader.close();
    assertThatIllegalStateException().isThrownBy(first::rows);
    assertThatIllegalStateException()
        .isThrownBy(batches::hasNext)
        .withMessage("the reader is closed");
  }

  @Test
  void damagedBytesAreADataExceptionAndTheEnd() throws IOException {
    byte[] bytes = stream(new int[] {1}, new int[] {2});
    // Cut inside the metadata of the second batch: Arrow itself loses a body that is cut.
    byte[] cut = Arrays.copyOf(bytes, bytes.length - 8 - 40);
    try (ArrowStreamReader arrow = arrow(cut);
        FeatureReader reader = FeatureReader.of(arrow)) {
      Iterator<FeatureBatch> batches = reader.iterator();
      batches.next();
      assertThatThrownBy(batches::next)
          .isInstanceOf(DataException.class)
          .hasMessageContaining("cannot read the next batch")
          .hasCauseInstanceOf(IOException.class);
      assertThat(batches.hasNext()).isFalse();
    }
  }
}
