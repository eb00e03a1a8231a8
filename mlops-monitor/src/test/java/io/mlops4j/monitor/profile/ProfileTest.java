package io.mlops4j.monitor.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.BFloat16Type;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.profile.SkippedColumn.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.BitVector;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.LargeVarCharVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.UInt4Vector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryEncoder;
import org.apache.arrow.vector.dictionary.DictionaryProvider;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.util.Text;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ProfileTest {
  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void everythingIsGivenBack() {
    allocator.close();
  }

  private static NumberProfile numbers(Profile profile, String column) {
    return (NumberProfile) profile.column(column);
  }

  private static CategoryProfile categories(Profile profile, String column) {
    return (CategoryProfile) profile.column(column);
  }

  private Profile ofDoubles(double... values) {
    try (FeatureBatch batch = FeatureBatch.builder(allocator).doubles("x", values).build()) {
      return Profile.of(List.of(batch));
    }
  }

  private Profile ofStrings(String... values) {
    try (FeatureBatch batch = FeatureBatch.builder(allocator).strings("s", values).build()) {
      return Profile.of(List.of(batch));
    }
  }

  private Profile ofVector(FieldVector vector) {
    try (VectorSchemaRoot root = VectorSchemaRoot.of(vector)) {
      return Profile.of(List.of(FeatureBatch.of(root)));
    }
  }

  @Test
  void sameRowsGiveSameBytesInAnyOrderAndBatching() {
    long seed = 7;
    System.out.println("seed " + seed);
    Flights january = Flights.of("01");
    List<String[]> shuffled = new ArrayList<>(january.rows());
    Collections.shuffle(shuffled, new Random(seed));
    Flights other = new Flights(shuffled);
    int size = shuffled.size();
    try (FeatureBatch all = january.batch(allocator);
        FeatureBatch first = other.part(0, 1).batch(allocator);
        FeatureBatch second = other.part(1, 1500).batch(allocator);
        FeatureBatch third = other.part(1500, size).batch(allocator)) {
      byte[] whole = Profile.of(List.of(all)).toBytes();
      assertThat(Profile.of(List.of(third, first, second)).toBytes()).isEqualTo(whole);
    }
  }

  @Test
  void mergedCountsAreTheSameBytesInAnyTree() {
    Flights may = Flights.of("05");
    int size = may.rows().size();
    try (FeatureBatch january = Flights.of("01").batch(allocator);
        FeatureBatch all = may.batch(allocator);
        FeatureBatch a = may.part(0, 1000).batch(allocator);
        FeatureBatch b = may.part(1000, 1001).batch(allocator);
        FeatureBatch c = may.part(1001, size).batch(allocator)) {
      Profile reference = Profile.of(List.of(january));
      Profile pa = reference.profile(List.of(a));
      Profile pb = reference.profile(List.of(b));
      Profile pc = reference.profile(List.of(c));
      byte[] whole = reference.profile(List.of(all)).toBytes();
      assertThat(pa.merge(pb).merge(pc).toBytes()).isEqualTo(whole);
      assertThat(pc.merge(pb.merge(pa)).toBytes()).isEqualTo(whole);
    }
  }

  @Test
  void nullAndNaNAreMissingAndInfinitiesAreInTheOuterBins() {
    try (Float4Vector vector = new Float4Vector("x", allocator)) {
      vector.allocateNew(6);
      vector.set(0, 1);
      vector.setNull(1);
      vector.set(2, Float.NaN);
      vector.set(3, Float.POSITIVE_INFINITY);
      vector.set(4, Float.NEGATIVE_INFINITY);
      vector.set(5, 3);
      vector.setValueCount(6);
      NumberProfile x = numbers(ofVector(vector), "x");
      assertThat(x.missing()).isEqualTo(2);
      assertThat(x.infinite()).isEqualTo(2);
      assertThat(x.present()).isEqualTo(4);
      assertThat(x.edges()).containsExactly(Math.nextDown(1.0), 1, Math.nextDown(3.0), 3);
      assertThat(x.counts()).containsExactly(1, 1, 0, 1, 1);
      assertThat(x.mean()).isEqualTo(2);
      assertThat(x.variance()).isEqualTo(1);
      assertThat(x.min()).isEqualTo(1);
      assertThat(x.max()).isEqualTo(3);
    }
  }

  @Test
  void unseenNumbersShowBetweenAndBeyondTheValuesOfTheReference() {
    Profile reference = ofDoubles(1, 1, 2, 3);
    try (FeatureBatch live =
        FeatureBatch.builder(allocator).doubles("x", -0.0, 1, 2, 2.5, 2.5, 9).build()) {
      NumberProfile x = numbers(reference.profile(List.of(live)), "x");
      assertThat(x.exact()).isTrue();
      assertThat(x.counts()).containsExactly(1, 1, 0, 1, 2, 0, 1);
      assertThat(x.positions())
          .containsExactly(Math.nextDown(1.0), 1, 1.5, 2, 2.5, 3, 3.0000000000000004);
    }
  }

  @Test
  void unseenCategoriesAreTheRest() {
    Profile reference = ofStrings("b", "a", "b", null, "c", "c");
    assertThat(categories(reference, "s").names()).containsExactly("b", "c", "a");
    assertThat(categories(reference, "s").counts()).containsExactly(2, 2, 1, 0);
    try (FeatureBatch live =
        FeatureBatch.builder(allocator).strings("s", "new", "a", null, "", "a").build()) {
      CategoryProfile s = categories(reference.profile(List.of(live)), "s");
      assertThat(s.counts()).containsExactly(0, 0, 2, 2);
      assertThat(s.rest()).isEqualTo(2);
      assertThat(s.namesAll()).isTrue();
      assertThat(s.missing()).isEqualTo(1);
    }
  }

  @Test
  void rareCategoriesBeyondTheBinsShareTheRest() {
    String[] values =
        IntStream.range(0, 3000)
            .mapToObj(i -> "v" + (i < 1700 ? i % 300 : i % 100))
            .toArray(String[]::new);
    CategoryProfile s = categories(ofStrings(values), "s");
    assertThat(s.names()).hasSize(254).startsWith("v0", "v1", "v10");
    assertThat(s.namesAll()).isFalse();
    assertThat(s.present()).isEqualTo(3000);
    // 46 categories have 5 or 6 rows each: v254.. by UTF-8 order, of v100..v299 the last ones.
    assertThat(s.rest()).isBetween(46L * 5, 46L * 6);
  }

  @Test
  void textThatIsNearlyAllDifferentIsNotProfiled() {
    Profile profile =
        ofStrings(IntStream.range(0, 200).mapToObj(i -> "id" + i).toArray(String[]::new));
    assertThat(profile.column("s"))
        .isEqualTo(
            new SkippedColumn(
                "s",
                Role.FEATURE,
                Reason.IDENTIFIER_LIKE,
                "identifier-like, not compared: 200 distinct texts in 200 values"));
  }

  @Test
  void aLongKeyIsGivenUpWhateverItsOrder() {
    String[] values = IntStream.range(0, 70_000).mapToObj(i -> "k" + i).toArray(String[]::new);
    String[] repeated =
        IntStream.range(0, 140_000).mapToObj(i -> "k" + i / 2).toArray(String[]::new);
    assertThat(ofStrings(values)).extracting(p -> p.column("s")).isInstanceOf(SkippedColumn.class);
    assertThat(ofStrings(repeated))
        .extracting(p -> p.column("s"))
        .isInstanceOf(SkippedColumn.class);
  }

  @Test
  void columnsLeftOutLaterAreNeitherThereNorNeeded() {
    try (FeatureBatch both =
            FeatureBatch.builder(allocator).doubles("x", 1, 2).doubles("y", 3, 4).build();
        FeatureBatch one = FeatureBatch.builder(allocator).doubles("x", 1).build()) {
      Profile reference = Profile.of(List.of(both)).without(List.of("y", "unknown"));
      assertThat(reference.columns()).containsExactly("x");
      assertThat(reference.rows()).isEqualTo(2);
      assertThat(reference.profile(List.of(one)).rows()).isEqualTo(1);
    }
  }

  @Test
  void keysAreLeftOutByName() {
    try (FeatureBatch batch =
        FeatureBatch.builder(allocator)
            .doubles("x", 1)
            .doubles("y", 2)
            .strings("id", "a")
            .build()) {
      assertThat(Profile.builder().except("id").add(batch).build().columns())
          .containsExactly("x", "y");
      assertThat(Profile.builder().columns("y").add(batch).build().columns()).containsExactly("y");
      assertThatThrownBy(() -> Profile.builder().columns("y", "z").add(batch))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("[z]");
    }
  }

  @Test
  void outputsAreMarked() {
    try (FeatureBatch in = FeatureBatch.builder(allocator).doubles("x", 1, 2).build();
        FeatureBatch out = FeatureBatch.builder(allocator).floats("p", .5f, .25f).build()) {
      Profile profile = Profile.builder().add(in, out).build();
      assertThat(profile.columns()).containsExactly("x", "p");
      assertThat(profile.column("p").role()).isEqualTo(Role.OUTPUT);
      assertThat(profile.rows()).isEqualTo(2);
      assertThatThrownBy(() -> profile.counting().add(in))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("outputs [p]");
      assertThatThrownBy(() -> Profile.builder().add(in, in))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("share [x]");
    }
  }

  @Test
  void rowsOfFeaturesAndOutputsMustAgree() {
    try (FeatureBatch in = FeatureBatch.builder(allocator).doubles("x", 1, 2).build();
        FeatureBatch out = FeatureBatch.builder(allocator).floats("p", .5f).build()) {
      assertThatThrownBy(() -> Profile.builder().add(in, out))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("answers: found 1 rows, expected 2 as in the features");
    }
  }

  @Test
  void countingIgnoresUnknownColumnsAndNamesMissingOnes() {
    Profile reference = ofDoubles(1, 2);
    try (FeatureBatch more =
            FeatureBatch.builder(allocator).doubles("y", 1).doubles("x", 2).build();
        FeatureBatch less = FeatureBatch.builder(allocator).doubles("y", 1).build()) {
      assertThat(reference.profile(List.of(more)).columns()).containsExactly("x");
      assertThatThrownBy(() -> reference.profile(List.of(less)))
          .isInstanceOf(DataException.class)
          .hasMessage(
              "the batch lacks features [x]: found [y], expected every column of the profile");
    }
  }

  @Test
  void aRefusedBatchIsNotCounted() {
    try (FeatureBatch good =
            FeatureBatch.builder(allocator).doubles("a", 1).doubles("x", 2).build();
        FeatureBatch bad =
            FeatureBatch.builder(allocator).doubles("a", 1).strings("x", "2").build()) {
      Profile.Builder counting = Profile.of(List.of(good)).counting().add(good);
      assertThatThrownBy(() -> counting.add(bad))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("x: found type Utf8, expected numbers");
      assertThat(counting.build()).isEqualTo(Profile.of(List.of(good)));
    }
  }

  @Test
  void batchesOfAReferenceHaveTheSameColumns() {
    try (FeatureBatch one = FeatureBatch.builder(allocator).doubles("x", 1).build();
        FeatureBatch two =
            FeatureBatch.builder(allocator).doubles("x", 1).doubles("y", 2).build()) {
      assertThatThrownBy(() -> Profile.of(List.of(one, two)))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("the batch has [y], which the first batch lacked");
      assertThatThrownBy(() -> Profile.of(List.of(two, one)))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("lacks features [y]");
    }
  }

  @Test
  void columnsOfTheSameRowsAreJoined() {
    Profile numbers = ofDoubles(1, 2);
    Profile texts = ofStrings("a", "b");
    assertThat(texts.join(numbers).columns()).containsExactly("s", "x");
    assertThat(texts.join(numbers)).isEqualTo(numbers.join(texts));
    assertThat(texts.join(numbers).rows()).isEqualTo(2);
    assertThat(Profile.fromBytes(texts.join(numbers).toBytes()).column("x"))
        .isEqualTo(numbers.column("x"));
    assertThatThrownBy(() -> numbers.join(ofStrings("a")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("found 1 rows");
    assertThatThrownBy(() -> numbers.join(numbers))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the shared columns [x]");
  }

  @Test
  void otherBinsAreNotMerged() {
    Profile one = ofDoubles(1, 2);
    assertThatThrownBy(() -> one.merge(ofDoubles(1, 3)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("column \"x\" with other bins");
    assertThatThrownBy(() -> one.merge(ofStrings("a")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("found columns [s], expected [x]");
    assertThat(one.merge(one).rows()).isEqualTo(4);
  }

  @Test
  void noRowsAndOneRowAreProfiles() {
    assertThat(Profile.of(List.of()).columns()).isEmpty();
    NumberProfile none = numbers(ofDoubles(), "x");
    assertThat(none.counts()).containsExactly(0);
    assertThat(none.mean()).isNaN();
    assertThat(none.min()).isNaN();
    assertThat(none.quantile(0.5)).isNaN();
    NumberProfile one = numbers(ofDoubles(5), "x");
    assertThat(one.variance()).isZero();
    assertThat(one.quantile(0.5)).isEqualTo(5);
    assertThat(categories(ofStrings(), "s").present()).isZero();
    NumberProfile missing = numbers(ofDoubles(Double.NaN, Double.NaN), "x");
    assertThat(missing.missing()).isEqualTo(2);
    assertThat(missing.variance()).isNaN();
  }

  @Test
  void quantilesAreOffByTheMassOfABin() {
    double[] ascending = IntStream.rangeClosed(1, 10_000).asDoubleStream().toArray();
    NumberProfile x = numbers(ofDoubles(ascending), "x");
    assertThat(x.quantileError()).isLessThanOrEqualTo(40.0 / 10_000);
    assertThat(x.quantile(0)).isBetween(1.0, 40.0);
    assertThat(x.quantile(0.5)).isBetween(5000.0, 5040.0);
    assertThat(x.quantile(0.9)).isBetween(9000.0, 9040.0);
    assertThat(x.quantile(1)).isEqualTo(10_000);
    assertThat(numbers(ofDoubles(1, 2, 3, 4), "x").quantileError()).isZero();
    assertThat(numbers(ofDoubles(1, 2, 3, 4), "x").quantile(0.5)).isEqualTo(2);
  }

  @Test
  void everyNumberTypeIsReadByItsWidthAndSign() {
    try (TinyIntVector i1 = new TinyIntVector("x", allocator);
        UInt1Vector u1 = new UInt1Vector("x", allocator);
        UInt2Vector u2 = new UInt2Vector("x", allocator);
        UInt4Vector u4 = new UInt4Vector("x", allocator);
        UInt8Vector u8 = new UInt8Vector("x", allocator);
        IntVector i4 = new IntVector("x", allocator);
        BigIntVector i8 = new BigIntVector("x", allocator);
        Float2Vector f2 = new Float2Vector("x", allocator)) {
      i1.setSafe(0, -1);
      u1.setSafe(0, -1);
      u2.setSafe(0, -1);
      u4.setSafe(0, -1);
      u8.setSafe(0, -1);
      i4.setSafe(0, -7);
      i8.setSafe(0, 1L << 40);
      f2.setSafeWithPossibleTruncate(0, 1.5f);
      assertThat(single(i1)).isEqualTo(-1);
      assertThat(single(u1)).isEqualTo(255);
      assertThat(single(u2)).isEqualTo(65_535);
      assertThat(single(u4)).isEqualTo(4_294_967_295.0);
      assertThat(single(u8)).isEqualTo(0x1p64);
      assertThat(single(i4)).isEqualTo(-7);
      assertThat(single(i8)).isEqualTo(0x1p40);
      assertThat(single(f2)).isEqualTo(1.5);
    }
  }

  @Test
  void bfloat16IsReadAsWhatItIs() {
    try (FeatureBatch batch = FeatureBatch.builder(allocator).bfloat16s("x", -2.5f, 1.5f).build();
        FieldVector storage = new UInt2Vector("x", bfloat16(), allocator)) {
      Profile profile = Profile.of(List.of(batch));
      assertThat(numbers(profile, "x").mean()).isEqualTo(-0.5);
      ((UInt2Vector) storage).setSafe(0, 0x3fc0);
      assertThat(single(storage)).isEqualTo(1.5);
    }
  }

  @Test
  void aColumnIsShownWithTheFiguresThatItHas() {
    // Mean and deviation by hand: 7 / 3, and the root of 14 / 9.
    assertThat(numbers(ofDoubles(1, 2, 4), "x").toString())
        .startsWith("x: 3 numbers, 0 missing, 1 to 4, mean 2.333, deviation 1.247, ");
    assertThat(numbers(ofDoubles(Double.NaN), "x")).hasToString("x: 0 numbers, 1 missing");
    try (DateDayVector dates = new DateDayVector("on", allocator)) {
      dates.setValueCount(2);
      assertThat(ofVector(dates).column("on")).hasToString("on: 0 times, 2 missing");
    }
  }

  private static FieldType bfloat16() {
    return new FieldType(
        true,
        new ArrowType.Int(Short.SIZE, false),
        null,
        Map.of(ArrowType.ExtensionType.EXTENSION_METADATA_KEY_NAME, BFloat16Type.NAME));
  }

  private double single(FieldVector vector) {
    vector.setValueCount(1);
    return numbers(ofVector(vector), "x").mean();
  }

  @Test
  void slicesAreReadFromTheirFirstRow() {
    try (FeatureBatch all =
            FeatureBatch.builder(allocator)
                .doubles("x", 1, 2, 3, 4, 5)
                .strings("s", "a", "bb", "c", null, "bb")
                .build();
        FeatureBatch part = all.slice(1, 3)) {
      Profile profile = Profile.of(List.of(part));
      assertThat(numbers(profile, "x").mean()).isEqualTo(3);
      assertThat(categories(profile, "s").names()).containsExactly("bb", "c");
      assertThat(categories(profile, "s").missing()).isEqualTo(1);
    }
  }

  @Test
  void booleansAreTwoCategories() {
    try (BitVector bits = new BitVector("b", allocator)) {
      bits.setSafe(0, 1);
      bits.setSafe(1, 1);
      bits.setNull(2);
      bits.setValueCount(3);
      CategoryProfile b = categories(ofVector(bits), "b");
      assertThat(b.names()).containsExactly("true", "false");
      assertThat(b.counts()).containsExactly(2, 0, 0);
      assertThat(b.missing()).isEqualTo(1);
    }
  }

  @Test
  void numbersThatAreNamesAreCategories() {
    try (FeatureBatch rows =
            FeatureBatch.builder(allocator).doubles("x", 7, -1, 7, Double.NaN, 2.5).build();
        FeatureBatch text = FeatureBatch.builder(allocator).strings("x", "7").build()) {
      Profile profile = Profile.builder().categories("x").add(rows).build();
      assertThat(categories(profile, "x").names()).containsExactly("7", "-1", "2.5");
      assertThat(categories(profile, "x").missing()).isEqualTo(1);
      Profile read = Profile.fromBytes(profile.toBytes());
      assertThat(read.profile(List.of(rows))).isEqualTo(profile);
      assertThatThrownBy(() -> read.profile(List.of(text)))
          .isInstanceOf(DataException.class)
          .hasMessage("x: found type Utf8, expected numbers");
    }
  }

  @Test
  void dictionaryCodesAndPlainTextGiveTheSameProfile() {
    String[] values = {"x", "y", null, "x", "z", "x"};
    DictionaryEncoding encoding = new DictionaryEncoding(3, false, new ArrowType.Int(8, true));
    try (VarCharVector entries = text("dictionary", "z", "y", "x", "never");
        VarCharVector plain = text("s", values)) {
      Dictionary dictionary = new Dictionary(entries, encoding);
      try (FieldVector codes = (FieldVector) DictionaryEncoder.encode(plain, dictionary);
          VectorSchemaRoot root = VectorSchemaRoot.of(codes)) {
        FeatureBatch batch =
            FeatureBatch.of(root, new DictionaryProvider.MapDictionaryProvider(dictionary));
        assertThat(Profile.of(List.of(batch)).toBytes()).isEqualTo(ofStrings(values).toBytes());
        ((TinyIntVector) codes).set(0, 4);
        assertThatThrownBy(() -> Profile.of(List.of(batch)))
            .isInstanceOf(DataException.class)
            .hasMessage("s: found code 4, expected 0 to 3 as in its dictionary");
      }
    }
  }

  private VarCharVector text(String name, String... values) {
    VarCharVector vector = new VarCharVector(name, allocator);
    for (int i = 0; i < values.length; i++) {
      if (values[i] != null) {
        vector.setSafe(i, new Text(values[i]));
      }
    }
    vector.setValueCount(values.length);
    return vector;
  }

  @Test
  void largeTextIsReadAsText() {
    try (LargeVarCharVector vector = new LargeVarCharVector("s", allocator)) {
      vector.setSafe(0, new Text("é".repeat(100)));
      vector.setValueCount(1);
      assertThat(categories(ofVector(vector), "s").names()).containsExactly("é".repeat(100));
    }
  }

  @Test
  void otherTypesAreSkippedAndSaySo() {
    try (ListVector vector = ListVector.empty("t", allocator)) {
      vector.setValueCount(1);
      assertThat(ofVector(vector).column("t"))
          .isEqualTo(
              new SkippedColumn(
                  "t",
                  Role.FEATURE,
                  Reason.UNSUPPORTED_TYPE,
                  "type List, not profiled: only numbers, booleans, text, times, vectors of"
                      + " floats, and the fields of structures are"));
    }
  }

  @Test
  void aSkippedColumnMayBeAbsentLater() {
    try (ListVector vector = ListVector.empty("t", allocator);
        FeatureBatch live = FeatureBatch.builder(allocator).doubles("x", 1).build()) {
      vector.setValueCount(1);
      assertThat(ofVector(vector).profile(List.of(live)).rows()).isEqualTo(1);
    }
  }

  /** More numbers than are kept, texts, a time and a column that is skipped. */
  @Test
  void binsAreChosenWithoutAProfileToo() {
    float[] many = new float[1_100_000];
    Random random = new Random(12);
    for (int i = 0; i < many.length; i++) {
      many[i] = (float) random.nextGaussian();
    }
    String[] texts = new String[many.length];
    Arrays.setAll(texts, i -> i % 3 == 0 ? "a" : "b");
    String[] ids = new String[many.length];
    Arrays.setAll(ids, i -> "id-" + i);
    try (FeatureBatch batch =
            FeatureBatch.builder(allocator)
                .floats("x", many)
                .strings("c", texts)
                .strings("id", ids)
                .build();
        FeatureBatch few = batch.slice(0, 1_000)) {
      for (FeatureBatch rows : List.of(few, batch)) {
        Profile.Builder choosing = Profile.builder().add(rows);
        Profile built = choosing.build();
        assertThat(choosing.counting().add(few).build())
            .isEqualTo(built.counting().add(few).build());
        assertThat(choosing.rows()).isEqualTo(rows.rows());
      }
    }
    assertThat(Profile.builder().counting().build()).isEqualTo(Profile.builder().build());
  }

  @Test
  void aBuilderGoesOnAfterBuilding() {
    try (FeatureBatch one = FeatureBatch.builder(allocator).doubles("x", 2).build();
        FeatureBatch two = FeatureBatch.builder(allocator).doubles("x", 1).build()) {
      Profile.Builder builder = Profile.builder().add(one);
      Profile before = builder.build();
      assertThat(builder.add(two).build()).isEqualTo(Profile.of(List.of(two, one)));
      assertThat(before).isEqualTo(ofDoubles(2));
      assertThatThrownBy(() -> builder.except("x")).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void figuresAreGivenByName() {
    assertThatThrownBy(() -> ofDoubles(1).column("z"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("name: found no column \"z\", expected one of [x]");
  }

  @Test
  void jsonHasNoNaN() {
    assertThat(ofDoubles(Double.NaN).toJson())
        .contains("\"mean\" : null", "\"missing\" : 1", "\"kind\" : \"numbers\"");
    assertThat(ofStrings("a\"<").toJson(ExportRules.withDefaults().withSmallestCount(1)))
        .contains("\"name\" : \"a\\\"<\"");
  }
}
