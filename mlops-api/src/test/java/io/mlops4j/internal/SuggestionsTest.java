package io.mlops4j.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionsTest {

  @ParameterizedTest
  @CsvSource({
    "distnace, distance",
    "Distance, distance",
    "dep-delay, dep_delay",
    "depDelay, dep_delay",
    "carier, carrier",
    "carrierr, carrier",
    "dist, distance",
    "distance_km, distance",
    "lag12, lag_12",
  })
  void suggestsTheNameThatWasMeant(String misspelt, String meant) {
    List<String> known = List.of("hour", "dep_delay", "distance", "carrier", "lag_12", "lag_13");

    assertThat(Suggestions.nearest(misspelt, known)).contains(meant);
    assertThat(Suggestions.hint(misspelt, known)).isEqualTo("; did you mean \"" + meant + "\"?");
  }

  @ParameterizedTest
  @CsvSource({"a, b", "temperature, pressure", "lag_12, lag_13", "x1, x2", "'', abc", "..., ,,,"})
  void suggestsNothingWhereNothingIsNear(String name, String known) {
    assertThat(Suggestions.hint(name, List.of(known == null ? "" : known))).isEmpty();
  }

  @Test
  void suggestsNothingWhereAPartIsThatOfSeveral() {
    assertThat(
            Suggestions.nearest(
                "delay", List.of("dep_delay_minutes", "delay_of_arrival", "delay_of_departure")))
        .isEmpty();
    assertThat(Suggestions.nearest("x", List.of())).isEmpty();
  }

  @Test
  void comparesNoEndlessNames() {
    String endless = "x".repeat(1_000_000);
    assertThat(Suggestions.nearest(endless, List.of("xx"))).isEmpty();
    assertThat(Suggestions.nearest("xxx", Collections.nCopies(10, endless))).isEmpty();
    List<String> many = IntStream.range(0, 1_000_000).mapToObj(i -> "column" + i).toList();
    assertThat(Suggestions.nearest("colunm77", many)).contains("column77");
  }
}
