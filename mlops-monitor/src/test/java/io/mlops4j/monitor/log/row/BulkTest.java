package io.mlops4j.monitor.log.row;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.inference.PredictionId;
import io.mlops4j.monitor.log.file.Bloom;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.SmallIntVector;
import org.apache.arrow.vector.VarCharVector;
import org.junit.jupiter.api.Test;

/** Values that are written many at once are those that Arrow reads. */
class BulkTest {
  private static final long SEED = 14;

  private static List<PredictionId> ids() {
    Random random = new Random(SEED);
    List<PredictionId> ids = new ArrayList<>();
    for (long call : new long[] {0, 1, 9, 15, 16, 255, 256, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
      for (int row : new int[] {0, 9, 10, 99, 100, Integer.MAX_VALUE}) {
        ids.add(new PredictionId(call % 3, call, row));
      }
    }
    for (int i = 0; i < 1000; i++) {
      long call = random.nextLong() >>> random.nextInt(64);
      ids.add(new PredictionId(random.nextInt(2) - 1, call, random.nextInt(1000)));
    }
    return ids;
  }

  private static String text(PredictionId id) {
    return "%016x-%x-%d".formatted(id.process(), id.call(), id.row());
  }

  @Test
  void idsHaveTheirTextAndHash() {
    IdTexts texts = new IdTexts();
    int begin = 0;
    for (PredictionId id : ids()) {
      long hash = texts.add(id.process(), id.call(), id.row());
      String text =
          new String(texts.bytes(), begin, texts.length() - begin, StandardCharsets.UTF_8);
      assertThat(text).isEqualTo(text(id)).isEqualTo(id.toString());
      assertThat(hash).isEqualTo(Hashes.ofId(text));
      assertThat(texts.end(texts.count() - 1)).isEqualTo(texts.length());
      begin = texts.length();
    }
    texts.clear();
    assertThat(texts.length()).isZero();
  }

  @Test
  void textsAreAppendedBehindOthers() {
    List<PredictionId> ids = ids();
    try (RootAllocator allocator = new RootAllocator();
        VarCharVector vector = new VarCharVector("id", allocator)) {
      vector.setInitialCapacity(1);
      vector.allocateNew();
      IdTexts texts = new IdTexts();
      for (int from = 0; from < ids.size(); from += 137) {
        texts.clear();
        ids.subList(from, Math.min(from + 137, ids.size()))
            .forEach(id -> texts.add(id.process(), id.call(), id.row()));
        Bulk.append(vector, from, texts);
        vector.setValueCount(from + texts.count());
      }
      assertThat(vector.getNullCount()).isZero();
      for (int i = 0; i < ids.size(); i++) {
        assertThat(vector.getObject(i)).hasToString(text(ids.get(i)));
      }
    }
  }

  @Test
  void rangesOfEveryLengthAreFilledAndCopied() {
    try (RootAllocator allocator = new RootAllocator();
        SmallIntVector source = new SmallIntVector("s", allocator)) {
      for (int i = 0; i < 40; i++) {
        source.setSafe(i, i);
      }
      source.setValueCount(40);
      for (int from = 0; from < 20; from++) {
        for (int count = 0; count < 20; count++) {
          try (BigIntVector longs = new BigIntVector("l", allocator);
              BitVector bits = new BitVector("b", allocator);
              SmallIntVector target = new SmallIntVector("t", allocator)) {
            longs.allocateNew(1);
            bits.allocateNew(1);
            target.allocateNew(1);
            Bulk.fill(longs, from, count, -7);
            Bulk.fillFalse(bits, from, count);
            assertThat(Bulk.copy(target, from, source, 40 - count, count)).isTrue();
            longs.setValueCount(45);
            bits.setValueCount(45);
            target.setValueCount(45);
            for (int i = 0; i < 45; i++) {
              boolean filled = i >= from && i < from + count;
              assertThat(longs.getObject(i)).isEqualTo(filled ? -7L : null);
              assertThat(bits.getObject(i)).isEqualTo(filled ? false : null);
              assertThat(target.getObject(i))
                  .isEqualTo(filled ? (short) (40 - count + i - from) : null);
            }
          }
        }
      }
      source.setNull(3);
      assertThat(Bulk.copy(source, 0, source, 0, 40)).isFalse(); // nulls are left to Arrow
    }
  }

  @Test
  void filtersOfOlderFilesAreRead() {
    long[] hashes = LongStream.range(0, 100).map(i -> Hashes.ofTrace("t" + i)).toArray();
    Bloom bloom = Bloom.of(hashes);
    assertThat(bloom.bytes()).isEqualTo(256); // 100 hashes x 16 bits, to a power of two
    ByteBuffer older = ByteBuffer.allocate(200);
    for (long hash : hashes) {
      for (int probe = 0; probe < 6; probe++) {
        long step = (hash >>> 32) | 1;
        long bit = Long.remainderUnsigned(hash + probe * step * 0x9e3779b97f4a7c15L, 25 * 64L);
        int word = (int) (bit >>> 6);
        older.putLong(8 * word, older.getLong(8 * word) | 1L << bit);
      }
    }
    assertThat(LongStream.of(hashes).allMatch(Bloom.of(older)::mayHold)).isTrue();
    assertThat(LongStream.of(hashes).allMatch(bloom::mayHold)).isTrue();
  }
}
