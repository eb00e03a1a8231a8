package io.mlops4j.bench.soak.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mlops4j.bench.soak.part.Finding;
import io.mlops4j.bench.soak.part.Size;
import io.mlops4j.fixture.Thorough;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A leak is found where there is one. */
class FlatTest {
  private final List<String> said = new ArrayList<>();

  @Test
  void slopeIsThatOfTheSecondHalf() {
    long[] samples = {0, 500, 900, 1000, 1000, 1010, 1020, 1030};
    assertThat(Slope.ofSecondHalf(samples, 1)).isCloseTo(10, within(1e-9));
    assertThat(Slope.ofSecondHalf(samples, 5)).isCloseTo(2, within(1e-9));
    // By hand: -1.5 / 5.
    assertThat(Slope.ofSecondHalf(new long[] {9, 9, 9, 9, 3, 1, 4, 1}, 1))
        .isCloseTo(-0.3, within(1e-9));
  }

  @Thorough("soak")
  @ParameterizedTest
  @EnumSource(names = {"LEAK", "HEAP_LEAK"})
  @EnabledOnOs(OS.LINUX)
  void aLeakIsFound(Flat.Work leak) throws IOException {
    List<Finding> found = new Flat(leak).run(Size.TINY, 1, said::add);
    assertThat(found).singleElement().matches(finding -> !finding.ok());
    assertThat(found.get(0).figure()).isBetween(60_000.0, 75_000.0); // 65 536, and what it costs
  }
}
