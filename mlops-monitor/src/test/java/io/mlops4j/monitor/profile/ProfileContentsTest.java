package io.mlops4j.monitor.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.DateDayVector;
import org.apache.arrow.vector.FieldVector;
import org.apache.arrow.vector.TimeStampMicroVector;
import org.apache.arrow.vector.TimeStampSecVector;
import org.apache.arrow.vector.UInt8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.complex.FixedSizeListVector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Distinct values, lengths, times, vectors, and what of them is exported. */
class ProfileContentsTest {
  private final BufferAllocator allocator = new RootAllocator();

  @AfterEach
  void everythingIsGivenBack() {
    allocator.close();
  }

  private Profile ofFloats(float... values) {
    try (FeatureBatch batch = FeatureBatch.builder(allocator).floats("x", values).build()) {
      return Profile.of(List.of(batch));
    }
  }

  private Profile ofStrings(String... values) {
    try (FeatureBatch batch = FeatureBatch.builder(allocator).strings("s", values).build()) {
      return Profile.of(List.of(batch));
    }
  }

  private static FeatureBatch batch(FieldVector... columns) {
    return FeatureBatch.of(VectorSchemaRoot.of(columns));
  }

  @Test
  void fewDistinctNumbersAreCountedAndManyEstimated() {
    assertThat(((NumberProfile) ofFloats(1, 2, 2, Float.NaN, 3).column("x")).distinct())
        .hasValue(3);
    assertThat(((NumberProfile) ofFloats().column("x")).distinct()).hasValue(0);
    float[] many = new float[40_000];
    for (int i = 0; i < many.length; i++) {
      many[i] = i % 20_000 / 8f;
    }
    assertThat(((NumberProfile) ofFloats(many).column("x")).distinct().orElseThrow())
        .isBetween(19_000L, 21_000L);
  }

  @Test
  void aNumberIsTheSameWhicheverTypeHoldsIt() {
    float[] floats = new float[3000];
    double[] doubles = new double[floats.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (i - 1500) / 3f;
      doubles[i] = floats[i];
    }
    try (FeatureBatch wide = FeatureBatch.builder(allocator).doubles("x", doubles).build()) {
      assertThat(Profile.of(List.of(wide)).toBytes()).isEqualTo(ofFloats(floats).toBytes());
    }
  }

  @Test
  void distinctTextsAreCountedByNameAndTheRestEstimated() {
    String[] values = IntStream.range(0, 5000).mapToObj(i -> "v" + i % 1000).toArray(String[]::new);
    CategoryProfile many = (CategoryProfile) ofStrings(values).column("s");
    assertThat(many.namesAll()).isFalse();
    assertThat(many.distinct().orElseThrow()).isBetween(970L, 1030L);
    assertThat(((CategoryProfile) ofStrings("a", "b", null, "a").column("s")).distinct())
        .hasValue(2);
  }

  @Test
  void lengthsAreCodePointsOfNamedAndUnnamedTexts() {
    Profile reference = ofStrings("a", "a", "\u00e9\u00e9", null, "\ud83d\ude00bc");
    assertThat(((CategoryProfile) reference.column("s")).lengths())
        .hasValue(new TextLengths(4, 1, 3, 7));
    try (FeatureBatch live =
        FeatureBatch.builder(allocator).strings("s", "", "longer", "a", "longer").build()) {
      TextLengths lengths =
          ((CategoryProfile) reference.profile(List.of(live)).column("s")).lengths().orElseThrow();
      assertThat(lengths).isEqualTo(new TextLengths(4, 0, 6, 13));
      assertThat(lengths.mean()).isEqualTo(3.25);
    }
    assertThat(TextLengths.NONE.mean()).isNaN();
  }

  @Test
  void timesHaveARangeWhateverTheirUnit() {
    try (TimeStampSecVector seconds = new TimeStampSecVector("t", allocator);
        TimeStampMicroVector micros = new TimeStampMicroVector("t", allocator);
        DateDayVector days = new DateDayVector("t", allocator)) {
      Columns.fill(seconds, 978_307_200L, null, 978_307_260L);
      Columns.fill(micros, -1L, 978_307_200_000_000L);
      days.setSafe(0, 11_000);
      days.setValueCount(1);
      Profile profile = Profile.of(List.of(batch(seconds), batch(micros), batch(days)));
      TimeProfile times = (TimeProfile) profile.column("t");
      assertThat(times.earliest()).hasValue(Instant.parse("1969-12-31T23:59:59.999999Z"));
      assertThat(times.latest()).hasValue(Instant.parse("2001-01-01T00:01:00Z"));
      assertThat(times.present()).isEqualTo(5);
      assertThat(times.missing()).isEqualTo(1);
      assertThat(times.distinct()).isEqualTo(4);
      Profile apart = Profile.of(List.of(batch(days), batch(micros)));
      assertThat(apart.merge(Profile.of(List.of(batch(seconds)))).toBytes())
          .isEqualTo(profile.toBytes());
      Columns.fill(seconds, Long.MAX_VALUE, Long.MIN_VALUE);
      TimeProfile extreme = (TimeProfile) Profile.of(List.of(batch(seconds))).column("t");
      assertThat(extreme.latest()).hasValue(Instant.MAX);
      assertThat(Profile.fromBytes(Profile.of(List.of(batch(seconds))).toBytes()).column("t"))
          .isEqualTo(extreme);
    }
  }

  @Test
  void vectorsHaveAMeanNormsAndProjections() {
    try (FixedSizeListVector vectors = FixedSizeListVector.empty("v", 2, allocator)) {
      Columns.fill(
          vectors,
          new float[] {3, 4},
          null,
          new float[] {Float.NaN, 0},
          new float[] {-1, 0},
          new float[] {0.1f, 1e30f});
      VectorProfile profile = (VectorProfile) Profile.of(List.of(batch(vectors))).column("v");
      assertThat(profile.dimension()).isEqualTo(2);
      assertThat(profile.present()).isEqualTo(3);
      assertThat(profile.missing()).isEqualTo(1);
      assertThat(profile.unusable()).isEqualTo(1);
      assertThat(profile.mean()[0]).isEqualTo(((double) 0.1f + 2) / 3, within(1e-15));
      assertThat(profile.mean()[1]).isEqualTo((double) 1e30f / 3, within(1e15));
      assertThat(profile.norms().min()).isEqualTo(1);
      assertThat(profile.norms().quantile(0.5)).isEqualTo(5);
      assertThat(profile.norms().missing()).isEqualTo(2);
    }
  }

  @Test
  void projectionsAreOntoADirectionOfLengthOne() {
    try (FixedSizeListVector vectors = FixedSizeListVector.empty("v", 2, allocator)) {
      Columns.fill(vectors, new float[] {1, 0}, new float[] {0, 1});
      VectorProfile profile = (VectorProfile) Profile.of(List.of(batch(vectors))).column("v");
      double size = Math.sqrt(0.5);
      assertThat(Math.abs(profile.projections().min())).isEqualTo(size, within(1e-15));
      assertThat(Math.abs(profile.projections().max())).isEqualTo(size, within(1e-15));
    }
  }

  @Test
  void vectorsAreTheSameBytesInAnyBatchesAndTrees() {
    Random random = new Random(4);
    float[][] rows = new float[3000][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = new float[] {(float) random.nextGaussian(), random.nextFloat(), i};
    }
    try (FixedSizeListVector all = FixedSizeListVector.empty("v", 3, allocator);
        FixedSizeListVector other = FixedSizeListVector.empty("v", 2, allocator)) {
      Columns.fill(all, rows);
      Columns.fill(other, new float[] {1, 2});
      FeatureBatch whole = batch(all);
      try (FeatureBatch first = whole.slice(0, 1100);
          FeatureBatch second = whole.slice(1100, 1900)) {
        Profile reference = Profile.of(List.of(whole));
        assertThat(Profile.of(List.of(second, first)).toBytes()).isEqualTo(reference.toBytes());
        assertThat(
                reference
                    .profile(List.of(second))
                    .merge(reference.profile(List.of(first)))
                    .toBytes())
            .isEqualTo(reference.toBytes());
        assertThatThrownBy(() -> reference.profile(List.of(batch(other))))
            .isInstanceOf(DataException.class)
            .hasMessage("v: found type FixedSizeList(2), expected vectors of 3 floats");
      }
    }
  }

  @Test
  void rareNamesAreNotExported() throws IOException {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      values.add(i < 3 ? "rare" : i < 15 ? "frequent" : "five");
    }
    Profile profile = ofStrings(values.toArray(String[]::new));
    JsonNode column = new ObjectMapper().readTree(profile.toJson()).at("/columns/0");
    assertThat(column.get("categories").findValuesAsText("name"))
        .containsExactly("frequent", "five");
    assertThat(column.at("/suppressed/categories").asInt()).isEqualTo(1);
    assertThat(column.at("/suppressed/count").asInt()).isEqualTo(3);
    assertThat(profile.toJson(ExportRules.withDefaults().withSmallestCount(3)))
        .contains("\"rare\"");
    assertThatThrownBy(() -> ExportRules.withDefaults().withSmallestCount(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rows: found 0, expected 1 or more");
  }

  @Test
  void extremesAreExportedUnlessTheyAreNotToBe() throws IOException {
    float[] values = new float[1000];
    for (int i = 0; i < values.length; i++) {
      values[i] = i + 100_000;
    }
    for (Profile profile : List.of(ofFloats(values), ofFloats(100_000, 100_500, 100_999))) {
      assertThat(profile.toJson()).contains("100999", "100000", "99999.9");
      String json = profile.toJson(ExportRules.withDefaults().withoutExtremes());
      assertThat(json)
          .doesNotContain("100999", "100000.0", "99999.9", "100998.9", "100000,")
          .contains("\"min\" : null");
      JsonNode column = new ObjectMapper().readTree(json).at("/columns/0");
      assertThat(column.get("counts")).hasSize(column.get("edges").size() + 1);
      long rows = 0;
      for (JsonNode count : column.get("counts")) {
        rows += count.asLong();
      }
      assertThat(rows).isEqualTo(profile.rows());
    }
    for (Profile few : List.of(ofFloats(), ofFloats(7), ofFloats(7, 8))) {
      assertThat(few.toJson(ExportRules.withDefaults().withoutExtremes()))
          .contains("\"edges\" : [ ]");
    }
  }

  @Test
  void neverMoreDistinctThanThereAre() {
    String[] known = IntStream.range(0, 600).mapToObj(i -> "k" + i % 300).toArray(String[]::new);
    Profile reference = ofStrings(known);
    Random random = new Random(1);
    for (int i = 0; i < 50; i++) {
      String[] live =
          IntStream.range(0, 100).mapToObj(n -> "new" + random.nextInt()).toArray(String[]::new);
      try (FeatureBatch batch = FeatureBatch.builder(allocator).strings("s", live).build()) {
        CategoryProfile texts = (CategoryProfile) reference.profile(List.of(batch)).column("s");
        assertThat(texts.distinct().orElseThrow()).isBetween(90L, texts.present());
      }
    }
  }

  @Test
  void codesOf64BitsAreToldApart() {
    long large = 1L << 53;
    try (FeatureBatch batch =
            FeatureBatch.builder(allocator)
                .longs("code", large, large + 1, large + 1, 7, -7, Long.MIN_VALUE)
                .build();
        UInt8Vector unsigned = new UInt8Vector("code", allocator);
        FeatureBatch doubles =
            FeatureBatch.builder(allocator).doubles("code", 7, 0x1p53, 0.5, 0x1p62).build()) {
      CategoryProfile codes =
          (CategoryProfile) Profile.builder().categories("code").add(batch).build().column("code");
      assertThat(codes.names())
          .containsExactly(
              "9007199254740993", "-7", "-9223372036854775808", "7", "9007199254740992");
      unsigned.setSafe(0, -1L);
      unsigned.setNull(1);
      unsigned.setValueCount(2);
      CategoryProfile more =
          (CategoryProfile)
              Profile.builder().categories("code").add(batch(unsigned)).build().column("code");
      assertThat(more.names()).containsExactly("18446744073709551615");
      assertThat(more.missing()).isEqualTo(1);
      assertThat(
              ((CategoryProfile)
                      Profile.builder().categories("code").add(doubles).build().column("code"))
                  .names())
          .containsExactly("0.5", "4611686018427387904", "7", "9007199254740992");
    }
  }
}
