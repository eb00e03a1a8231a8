package io.mlops4j.bench.stats;

import io.mlops4j.bench.ratios.Side;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.CategoryProfile;
import io.mlops4j.monitor.profile.Profile;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.datasketches.frequencies.ItemsSketch;
import org.apache.datasketches.hll.HllSketch;

/** Profiles a dictionary-encoded column; how many rows the first text has is the answer. */
abstract class DictionaryTexts implements Side {
  private static final int ENTRIES = 300;

  private final BufferAllocator allocator = new RootAllocator();
  private final VarCharVector entries = new VarCharVector("entries", allocator);
  private final IntVector codes;
  private final FeatureBatch batch;

  private DictionaryTexts(int rows) {
    for (int entry = 0; entry < ENTRIES; entry++) {
      entries.setSafe(entry, text(entry).getBytes(StandardCharsets.UTF_8));
    }
    entries.setValueCount(ENTRIES);
    DictionaryEncoding encoding = new DictionaryEncoding(1, false, new ArrowType.Int(32, true));
    codes =
        new IntVector(
            "airport", new FieldType(true, new ArrowType.Int(32, true), encoding), allocator);
    codes.allocateNew(rows);
    Random random = new Random(1);
    for (int row = 0; row < rows; row++) {
      codes.set(row, Math.min(random.nextInt(ENTRIES), random.nextInt(ENTRIES)));
    }
    codes.setValueCount(rows);
    batch =
        FeatureBatch.of(
            VectorSchemaRoot.of(codes),
            new MapDictionaryProvider(new Dictionary(entries, encoding)));
  }

  static String text(int entry) {
    return "airport number " + entry;
  }

  IntVector codes() {
    return codes;
  }

  FeatureBatch batch() {
    return batch;
  }

  static Side ours(int rows) {
    return new DictionaryTexts(rows) {
      @Override
      public float run() {
        Profile profile = Profile.of(List.of(batch()));
        CategoryProfile airports = (CategoryProfile) profile.column("airport");
        return airports.counts()[airports.names().indexOf(text(0))];
      }
    };
  }

  static Side sketches(int rows) {
    return new DictionaryTexts(rows) {
      private final String[] texts =
          IntStream.range(0, ENTRIES).mapToObj(DictionaryTexts::text).toArray(String[]::new);
      private final byte[][] utf8 =
          IntStream.range(0, ENTRIES)
              .mapToObj(entry -> texts[entry].getBytes(StandardCharsets.UTF_8))
              .toArray(byte[][]::new);
      private double seen;

      @Override
      public float run() {
        HllSketch distinct = new HllSketch(12);
        ItemsSketch<String> frequent = new ItemsSketch<>(1024);
        IntVector column = codes();
        int size = column.getValueCount();
        for (int row = 0; row < size; row++) {
          if (!column.isNull(row)) {
            int code = column.get(row);
            distinct.update(utf8[code]);
            frequent.update(texts[code]);
          }
        }
        seen = distinct.getEstimate();
        return frequent.getEstimate(texts[0]);
      }
    };
  }

  @Override
  public void close() {
    codes.close();
    entries.close();
    allocator.close();
  }
}
