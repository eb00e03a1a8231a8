package io.mlops4j.monitor.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.drift.DriftReport;
import java.util.Arrays;
import java.util.List;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.VarBinaryVector;
import org.apache.arrow.vector.VarCharVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.apache.arrow.vector.complex.LargeListVector;
import org.apache.arrow.vector.complex.ListVector;
import org.apache.arrow.vector.complex.StructVector;
import org.apache.arrow.vector.dictionary.Dictionary;
import org.apache.arrow.vector.dictionary.DictionaryProvider.MapDictionaryProvider;
import org.apache.arrow.vector.types.Types.MinorType;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.DictionaryEncoding;
import org.apache.arrow.vector.types.pojo.FieldType;
import org.apache.arrow.vector.util.Text;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Fields of structs, lists and tensors. */
class NestedColumnsTest {
  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void nothingIsLent() {
    allocator.close();
  }

  /** The columns stay the caller's. */
  private static FeatureBatch batch(FieldVector... columns) {
    List<FieldVector> all = List.of(columns);
    return FeatureBatch.of(
        new VectorSchemaRoot(
            all.stream().map(FieldVector::getField).toList(), all, columns[0].getValueCount()));
  }

  private static Profile profile(FieldVector... columns) {
    return Profile.of(List.of(batch(columns)));
  }

  /** Addresses of which every third is null; every second has no house number. */
  private StructVector addresses(int rows) {
    StructVector address = StructVector.empty("address", allocator);
    VarCharVector city =
        address.addOrGet(
            "city", FieldType.nullable(MinorType.VARCHAR.getType()), VarCharVector.class);
    StructVector house =
        address.addOrGet(
            "house", FieldType.nullable(ArrowType.Struct.INSTANCE), StructVector.class);
    IntVector number =
        house.addOrGet("number", FieldType.nullable(MinorType.INT.getType()), IntVector.class);
    for (int row = 0; row < rows; row++) {
      city.setSafe(row, new Text(row % 4 == 0 ? "Bern" : "Basel"));
      number.setSafe(row, row);
      if (row % 3 == 0) {
        address.setNull(row);
      } else {
        address.setIndexDefined(row);
      }
      if (row % 2 == 0) {
        house.setNull(row);
      } else {
        house.setIndexDefined(row);
      }
    }
    address.setValueCount(rows);
    return address;
  }

  private VarCharVector cities(int rows) {
    VarCharVector city = new VarCharVector("address.city", allocator);
    for (int row = 0; row < rows; row++) {
      if (row % 3 > 0) {
        city.setSafe(row, new Text(row % 4 == 0 ? "Bern" : "Basel"));
      }
    }
    city.setValueCount(rows);
    return city;
  }

  private IntVector houses(int rows) {
    IntVector number = new IntVector("address.house.number", allocator);
    for (int row = 0; row < rows; row++) {
      if (row % 3 > 0 && row % 2 > 0) {
        number.setSafe(row, row);
      }
    }
    number.setValueCount(rows);
    return number;
  }

  @Test
  void fieldsOfStructsAreColumnsByPath() {
    try (StructVector address = addresses(120);
        VarCharVector city = cities(120);
        IntVector number = houses(120)) {
      Profile profile = profile(address);
      assertThat(profile.columns()).containsExactly("address.city", "address.house.number");
      CategoryProfile cities = (CategoryProfile) profile.column("address.city");
      assertThat(cities.missing()).isEqualTo(40); // each third of 120
      assertThat(cities.present()).isEqualTo(80);
      NumberProfile numbers = (NumberProfile) profile.column("address.house.number");
      assertThat(numbers.present()).isEqualTo(40); // neither a multiple of 2 nor one of 3
      assertThat(numbers.min()).isEqualTo(1);
      assertThat(numbers.max()).isEqualTo(119);
      assertThat(profile.toBytes()).isEqualTo(profile(city, number).toBytes());
    }
  }

  /** Codes in a struct count as their words; codes in a list are no floats, so they are skipped. */
  @Test
  void codesInsideOfStructsCountAsTheirWords() {
    DictionaryEncoding encoding = new DictionaryEncoding(3, false, null);
    FieldType codes = new FieldType(true, MinorType.INT.getType(), encoding);
    try (VarCharVector words = new VarCharVector("words", allocator);
        StructVector address = StructVector.empty("address", allocator);
        ListVector stops = ListVector.empty("stops", allocator);
        VarCharVector city = cities(120)) {
      words.setSafe(0, new Text("Basel"));
      words.setSafe(1, new Text("Bern"));
      words.setValueCount(2);
      IntVector code = address.addOrGet("city", codes, IntVector.class);
      IntVector stop = (IntVector) stops.addOrGetVector(codes).getVector();
      for (int row = 0; row < 120; row++) {
        code.setSafe(row, row % 4 == 0 ? 1 : 0);
        if (row % 3 > 0) {
          address.setIndexDefined(row);
        }
        stop.setSafe(stops.startNewValue(row), row % 2);
        stops.endValue(row, 1);
      }
      address.setValueCount(120);
      stops.setValueCount(120);
      VectorSchemaRoot root = VectorSchemaRoot.of(address, stops);
      MapDictionaryProvider dictionaries =
          new MapDictionaryProvider(new Dictionary(words, encoding));
      try (FeatureBatch batch = FeatureBatch.of(root, dictionaries)) {
        Profile profile = Profile.of(List.of(batch));
        assertThat(profile.column("address.city")).isEqualTo(profile(city).column("address.city"));
        assertThat(profile.column("stops")).isInstanceOf(SkippedColumn.class);
      }
    }
  }

  @Test
  void aStructCountsInTheBinsOfAReference() {
    try (StructVector january = addresses(120);
        StructVector may = addresses(60)) {
      Profile reference = profile(january);
      DriftReport report = DriftReport.compare(reference, reference.profile(List.of(batch(may))));
      assertThat(report.features())
          .extracting(feature -> feature.name())
          .containsExactlyInAnyOrder("address.city", "address.house.number");
      try (FeatureBatch none = FeatureBatch.builder(allocator).rows(60).build()) {
        Profile.Builder counting = reference.counting();
        assertThat(counting.addFitting(batch(may), none)).isEmpty();
        assertThat(counting.build()).isEqualTo(reference.profile(List.of(batch(may))));
        assertThat(counting.addFitting(none, none))
            .containsOnlyKeys("address.city", "address.house.number");
      }
    }
  }

  @Test
  void theNameOfAStructStandsForItsFields() {
    try (StructVector address = addresses(12);
        IntVector other = new IntVector("other", allocator)) {
      other.setValueCount(12);
      FeatureBatch batch = batch(address, other);
      assertThat(Profile.builder().except("address").add(batch).add(batch).build().columns())
          .containsExactly("other");
      assertThat(Profile.builder().columns("address").add(batch).build().columns())
          .containsExactly("address.city", "address.house.number");
      assertThat(Profile.builder().except("address.house").add(batch).build().columns())
          .containsExactly("address.city", "other");
      Profile named = Profile.builder().categories("address.house.number").add(batch).build();
      assertThat(named.column("address.house.number")).isInstanceOf(CategoryProfile.class);
    }
  }

  @Test
  void aPathAndAColumnOfOneNameAreRejected() {
    try (StructVector address = addresses(12);
        VarCharVector city = cities(12)) {
      FeatureBatch batch = batch(address, city);
      assertThatThrownBy(() -> Profile.of(List.of(batch)))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("address.city")
          .hasMessageContaining("twice");
    }
  }

  @Test
  void whatIsNotProfiledInAStructIsNamedByItsPath() {
    try (StructVector trip = StructVector.empty("trip", allocator);
        StructVector empty = StructVector.empty("empty", allocator)) {
      trip.addOrGet("raw", FieldType.nullable(ArrowType.Binary.INSTANCE), VarBinaryVector.class);
      ListVector tags =
          trip.addOrGet("tags", FieldType.nullable(ArrowType.List.INSTANCE), ListVector.class);
      tags.addOrGetVector(FieldType.nullable(MinorType.VARCHAR.getType()));
      trip.setValueCount(3);
      empty.setValueCount(3);
      Profile profile = profile(trip, empty);
      assertThat(profile.columns()).containsExactly("empty", "trip.raw", "trip.tags");
      for (String column : profile.columns()) {
        assertThat(profile.column(column)).isInstanceOf(SkippedColumn.class);
      }
    }
  }

  private FixedSizeListVector fixed(float[]... rows) {
    FixedSizeListVector vector = FixedSizeListVector.empty("e", 2, allocator);
    Columns.fill(vector, rows);
    return vector;
  }

  private ListVector list(float[]... rows) {
    ListVector list = ListVector.empty("e", allocator);
    list.addOrGetVector(FieldType.nullable(MinorType.FLOAT4.getType()));
    Float4Vector elements = (Float4Vector) list.getDataVector();
    for (int row = 0; row < rows.length; row++) {
      if (rows[row] == null) {
        list.setNull(row);
        continue;
      }
      int at = list.startNewValue(row);
      for (int i = 0; i < rows[row].length; i++) {
        elements.setSafe(at + i, rows[row][i]);
      }
      list.endValue(row, rows[row].length);
    }
    list.setValueCount(rows.length);
    return list;
  }

  private LargeListVector doubles(double[]... rows) {
    LargeListVector list = LargeListVector.empty("e", allocator);
    list.addOrGetVector(FieldType.nullable(MinorType.FLOAT8.getType()));
    Float8Vector elements = (Float8Vector) list.getDataVector();
    for (int row = 0; row < rows.length; row++) {
      long at = list.startNewValue(row);
      for (int i = 0; i < rows[row].length; i++) {
        elements.setSafe((int) at + i, rows[row][i]);
      }
      list.endValue(row, rows[row].length);
    }
    list.setValueCount(rows.length);
    return list;
  }

  @Test
  void listsOfOneLengthAreVectors() {
    float[][] rows = {{3, 4}, null, {6, 8}, {0, Float.NaN}};
    try (FixedSizeListVector fixed = fixed(rows);
        ListVector list = list(rows);
        LargeListVector doubles = doubles(new double[] {3, 4}, new double[] {6, 8})) {
      VectorProfile vectors = (VectorProfile) profile(list).column("e");
      assertThat(vectors.dimension()).isEqualTo(2);
      assertThat(vectors.missing()).isEqualTo(1);
      assertThat(vectors.unusable()).isEqualTo(1);
      assertThat(vectors.mean()).containsExactly(4.5, 6);
      assertThat(vectors.norms().min()).isEqualTo(5);
      assertThat(vectors.norms().max()).isEqualTo(10);
      assertThat(profile(list).toBytes()).isEqualTo(profile(fixed).toBytes());
      VectorProfile wide = (VectorProfile) profile(doubles).column("e");
      assertThat(wide.mean()).containsExactly(4.5, 6);
      assertThat(Arrays.deepToString(ColumnValues.vectors(List.of(batch(list)), "e")))
          .isEqualTo("[[3.0, 4.0], [NaN, NaN], [6.0, 8.0], [0.0, NaN]]")
          .isEqualTo(Arrays.deepToString(ColumnValues.vectors(List.of(batch(fixed)), "e")));
    }
  }

  @Test
  void listsCountInTheBinsOfVectorsAndTheOtherWayRound() {
    float[][] rows = {{3, 4}, null, {6, 8}};
    try (FixedSizeListVector fixed = fixed(rows);
        ListVector list = list(rows);
        ListVector longer = list(new float[] {1, 2, 3}, new float[] {1, 2}, new float[0])) {
      Profile reference = profile(fixed);
      assertThat(reference.profile(List.of(batch(list))))
          .isEqualTo(reference.profile(List.of(batch(fixed))));
      assertThat(profile(list).profile(List.of(batch(fixed))))
          .isEqualTo(reference.profile(List.of(batch(fixed))));
      VectorProfile other = (VectorProfile) reference.profile(List.of(batch(longer))).column("e");
      assertThat(other.present()).isEqualTo(1);
      assertThat(other.unusable()).isEqualTo(2);
    }
  }

  @Test
  void theOrderOfListsChangesNothing() {
    try (ListVector none = list(new float[0], null);
        ListVector two = list(new float[] {3, 4}, null, new float[0]);
        ListVector three = list(new float[] {1, 2, 3})) {
      Profile first = Profile.of(List.of(batch(none), batch(two)));
      assertThat(first.toBytes()).isEqualTo(Profile.of(List.of(batch(two), batch(none))).toBytes());
      VectorProfile vectors = (VectorProfile) first.column("e");
      assertThat(vectors.present()).isEqualTo(1);
      assertThat(vectors.missing()).isEqualTo(2);
      assertThat(vectors.unusable()).isEqualTo(2);
      Profile ragged = Profile.of(List.of(batch(two), batch(three), batch(two)));
      assertThat(ragged.toBytes())
          .isEqualTo(Profile.of(List.of(batch(three), batch(two), batch(two))).toBytes());
      assertThat(((SkippedColumn) ragged.column("e")).detail()).contains("lists of 2 to 3 floats");
      assertThat(((SkippedColumn) profile(none).column("e")).detail()).contains("null or empty");
      assertThat(Profile.fromBytes(ragged.toBytes())).isEqualTo(ragged);
      assertThatThrownBy(() -> ColumnValues.vectors(List.of(batch(two)), "e"))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("e: found a vector of 0 floats in row 2");
    }
  }

  @Test
  void tensorsAreVectors() {
    try (FeatureBatch one =
            FeatureBatch.builder(allocator)
                .floats("e", 3, 0, 0, 4, 6, 0, 0, 8)
                .asTensors(2, 2)
                .build();
        FeatureBatch each =
            FeatureBatch.builder(allocator)
                .floats("e", 3, 0, 0, 4, 6, 0, 0, 8)
                .asTensors(List.of(new long[] {2, 2}, new long[] {4, 1}))
                .build()) {
      VectorProfile vectors = (VectorProfile) Profile.of(List.of(one)).column("e");
      assertThat(vectors.dimension()).isEqualTo(4);
      assertThat(vectors.norms().mean()).isEqualTo(7.5);
      assertThat(Profile.of(List.of(each)).toBytes()).isEqualTo(Profile.of(List.of(one)).toBytes());
    }
  }

  @Test
  void damagedOffsetsAreRejected() {
    try (ListVector list = list(new float[] {3, 4}, new float[] {6, 8})) {
      list.getOffsetBuffer().setInt(4, -7);
      assertThatThrownBy(() -> profile(list))
          .isInstanceOf(DataException.class)
          .hasMessageContaining("e: the column is damaged");
      list.getOffsetBuffer().setInt(4, 2);
      list.getOffsetBuffer().setInt(8, 1 << 20);
      assertThatThrownBy(() -> profile(list)).isInstanceOf(DataException.class);
      list.getOffsetBuffer().setInt(8, 4);
    }
  }

  @Test
  void listsInStructsAreVectorsByPath() {
    try (StructVector user = StructVector.empty("user", allocator)) {
      ListVector taste =
          user.addOrGet("taste", FieldType.nullable(ArrowType.List.INSTANCE), ListVector.class);
      taste.addOrGetVector(FieldType.nullable(MinorType.FLOAT8.getType()));
      Float8Vector elements = (Float8Vector) taste.getDataVector();
      for (int row = 0; row < 3; row++) {
        int at = taste.startNewValue(row);
        elements.setSafe(at, 3);
        elements.setSafe(at + 1, 4);
        taste.endValue(row, 2);
        user.setIndexDefined(row);
      }
      user.setValueCount(3);
      user.setNull(1);
      VectorProfile vectors = (VectorProfile) profile(user).column("user.taste");
      assertThat(vectors.present()).isEqualTo(2);
      assertThat(vectors.missing()).isEqualTo(1);
      assertThat(vectors.norms().mean()).isEqualTo(5);
    }
  }
}
