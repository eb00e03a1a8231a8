package io.mlops4j.monitor.stats.multivariate;

import static io.mlops4j.monitor.golden.GoldenFile.doubles;
import static io.mlops4j.monitor.golden.GoldenFile.elements;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.mlops4j.monitor.stats.multivariate.ReconstructionError.Result;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ReconstructionErrorTest {
  static Stream<JsonNode> cases() {
    return elements(JointCases.CASES.get("reconstruction"));
  }

  /** Missing values, an unseen category, a constant column and an offset of 1e6 among them. */
  @ParameterizedTest
  @MethodSource("cases")
  void agreesWithScikitLearn(JsonNode golden) {
    ReconstructionError reference =
        ReconstructionError.fit(
            elements(golden.get("windows")).map(ReconstructionErrorTest::table).toList(),
            golden.get("kept").asDouble());
    assertThat(reference.components()).isEqualTo(golden.get("components").asInt());
    double[] expected = doubles(golden.get("errors"));
    double[] errors = reference.errors();
    for (int window = 0; window < expected.length; window++) {
      assertThat(errors[window]).isCloseTo(expected[window], within(1e-9));
    }
    Result result = reference.compare(table(golden.get("current")));
    assertThat(result.error()).isCloseTo(golden.get("error").asDouble(), within(1e-9));
    assertThat(result.low()).isCloseTo(golden.get("low").asDouble(), within(1e-9));
    assertThat(result.high()).isCloseTo(golden.get("high").asDouble(), within(1e-9));
    assertThat(result.standardError())
        .isCloseTo(golden.get("standard_error").asDouble(), within(1e-9));
    assertThat(result.isOutside())
        .isEqualTo(golden.get("error").asDouble() > golden.get("high").asDouble());
  }

  private static Table table(JsonNode columns) {
    Table.Builder builder = Table.builder();
    columns
        .properties()
        .forEach(
            column -> {
              if (column.getValue().get(0).isTextual()) {
                builder.categories(
                    column.getKey(),
                    elements(column.getValue())
                        .map(value -> value.isNull() ? null : value.asText())
                        .toArray(String[]::new));
              } else {
                builder.numbers(
                    column.getKey(),
                    elements(column.getValue())
                        .mapToDouble(value -> value.isNull() ? Double.NaN : value.asDouble())
                        .toArray());
              }
            });
    return builder.build();
  }

  /** Both columns look as ever, each on its own. */
  @Test
  void columnsThatNoLongerHangTogetherAreFound() {
    SplittableRandom random = new SplittableRandom(1);
    ReconstructionError reference =
        ReconstructionError.fit(
            IntStream.range(0, 10).mapToObj(day -> pair(random, true)).toList());
    assertThat(reference.compare(pair(random, true)).isOutside()).isFalse();
    assertThat(reference.compare(pair(random, false)).isOutside()).isTrue();
  }

  private static Table pair(SplittableRandom random, boolean together) {
    double[] first = random.doubles(200).toArray();
    double[] second = together ? first : random.doubles(200).toArray();
    return Table.builder()
        .numbers("first", first)
        .numbers(
            "second",
            IntStream.range(0, 200).mapToDouble(i -> second[i] + random.nextDouble() / 9).toArray())
        .build();
  }

  @Test
  void aConstantReferenceLeavesEverythingElseOver() {
    Table constant = Table.builder().numbers("x", 5, 5, 5).build();
    ReconstructionError reference = ReconstructionError.fit(List.of(constant, constant));
    assertThat(reference.components()).isZero();
    assertThat(reference.compare(constant)).isEqualTo(new Result(0, 0, 0, 0));
    assertThat(reference.compare(Table.builder().numbers("x", 7).build()))
        .isEqualTo(new Result(2, 0, 0, Double.POSITIVE_INFINITY));
  }

  @Test
  void aColumnThatIsMissingThroughoutIsConstant() {
    Table empty =
        Table.builder().numbers("x", Double.NaN, Double.NaN).categories("kind", null, null).build();
    assertThat(ReconstructionError.fit(List.of(empty, empty)).compare(empty).error()).isZero();
  }

  @Test
  void columnsGoByNameAndOthersAreIgnored() {
    Table day = Table.builder().numbers("a", 1, 2, 3).numbers("b", 3, 1, 2).build();
    ReconstructionError reference = ReconstructionError.fit(List.of(day, day));
    Table turned = Table.builder().numbers("c", 9, 9).numbers("b", 1, 1).numbers("a", 3, 3).build();
    Table straight = Table.builder().numbers("a", 3, 3).numbers("b", 1, 1).build();
    assertThat(reference.compare(turned)).isEqualTo(reference.compare(straight));
  }

  @Test
  void badInputIsRefused() {
    Table day = Table.builder().numbers("a", 1, 2).build();
    assertThatThrownBy(() -> ReconstructionError.fit(List.of(day)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("1 reference windows");
    assertThatThrownBy(
            () -> ReconstructionError.fit(List.of(day, Table.builder().numbers("b", 1, 2).build())))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no column a among [b]");
    ReconstructionError reference = ReconstructionError.fit(List.of(day, day));
    assertThatThrownBy(
            () -> reference.compare(Table.builder().numbers("a", Double.POSITIVE_INFINITY).build()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("infinite");
    for (double share : new double[] {0, 1, Double.NaN}) {
      assertThatThrownBy(() -> ReconstructionError.fit(List.of(day, day), share))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
