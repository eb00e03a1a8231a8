package io.mlops4j.monitor.report.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.mlops4j.error.DataException;
import io.mlops4j.feature.FeatureBatch;
import io.mlops4j.monitor.reference.MadeDays;
import io.mlops4j.monitor.reference.Reference;
import io.mlops4j.spi.DataProfiler;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.Set;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The reference that the command line learns. */
class ProfileDataProfilerTest {
  private final BufferAllocator allocator = new RootAllocator();
  private final DataProfiler profiler =
      ServiceLoader.load(DataProfiler.class).findFirst().orElseThrow();
  private final List<FeatureBatch> days = new ArrayList<>();

  @BeforeEach
  void make() {
    MadeDays made = new MadeDays(allocator, new Random(33), 600, 1, 0.2);
    for (int day = 0; day < 14; day++) {
      days.add(made.day(MadeDays.MONDAY.plusDays(day), 0));
    }
  }

  @AfterEach
  void close() {
    days.forEach(FeatureBatch::close);
    allocator.close();
  }

  private DataProfiler.Summary learn(
      @Nullable String time, Set<String> columns, Set<String> except, Set<String> keys) {
    return profiler.reference(days, time, columns, except, keys);
  }

  @Test
  void itIsThatOfTheSameRowsAndColumns() throws Exception {
    DataProfiler.Summary learned = learn(null, Set.of(), Set.of("noise"), Set.of("id"));
    Reference reference = Reference.fromBytes(learned.bytes());
    try (Reference.Builder builder = Reference.builder("at").columns("x").keys("id")) {
      days.forEach(builder::add);
      assertThat(builder.build().digest()).isEqualTo(reference.digest());
    }
    assertThat(learned.rows()).isEqualTo(14 * 600);
    assertThat(learned.text().lines())
        .startsWith(reference.toString(), "  at: tells days apart, is not watched")
        .hasSize(3)
        .last()
        .asString()
        .startsWith("  x: 8400 numbers");
    JsonNode json = new ObjectMapper().readTree(learned.json());
    assertThat(json.get("time").textValue()).isEqualTo("at");
    assertThat(json.get("rows").intValue()).isEqualTo(14 * 600);
    assertThat(json.get("window").textValue()).isEqualTo("PT24H");
    assertThat(json.get("windowRows").intValue()).isEqualTo(600);
    assertThat(json.get("columns")).hasSize(1);
    assertThat(json.at("/boundFactors/x").doubleValue())
        .isEqualTo(reference.boundFactors().get("x"));
    assertThat(json.get("digest").textValue()).isEqualTo(reference.digest().toString());
    assertThat(json.get("summary").textValue()).isEqualTo(reference.toString());
  }

  @Test
  void chosenColumnsAreWatchedAlone() {
    assertThat(learn("at", Set.of("noise"), Set.of(), Set.of()).text())
        .contains("  noise: ")
        .doesNotContain("  x: ", "  id: ");
  }

  @Test
  void aMisspeltColumnIsNamed() {
    assertThatThrownBy(() -> learn("ad", Set.of(), Set.of(), Set.of()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("found no column ad among ")
        .hasMessageContaining("name at with Reference.builder(time)");
    for (int place = 1; place < 4; place++) {
      int at = place;
      assertThatIllegalArgumentException()
          .as("place %d", at)
          .isThrownBy(
              () ->
                  learn(
                      "at",
                      at == 1 ? Set.of("nois") : Set.of(),
                      at == 2 ? Set.of("nois") : Set.of(),
                      at == 3 ? Set.of("nois") : Set.of()))
          .withMessageContaining("nois");
    }
  }
}
