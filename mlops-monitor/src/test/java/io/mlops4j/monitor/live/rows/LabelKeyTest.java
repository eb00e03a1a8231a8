package io.mlops4j.monitor.live.rows;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.inference.PredictionId;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class LabelKeyTest {
  /** Published values of MurmurHash3_x64_128 with seed 0. */
  @Test
  void aKeyIsTheHashOfItsText() {
    assertThat(LabelKey.of("")).isEqualTo(new LabelKey(0, 0));
    assertThat(LabelKey.of("hello"))
        .isEqualTo(new LabelKey(0xcbd8a7b341bd9b02L, 0x5b1e906a48ae1d19L));
    assertThat(LabelKey.of("The quick brown fox jumps over the lazy dog"))
        .isEqualTo(new LabelKey(0xe34bbc7bbc071b6cL, 0x7a433ca9c49a9347L));
  }

  @Test
  void idsOfOneProcessDiffer() {
    Set<LabelKey> keys = new HashSet<>();
    for (int call = 0; call < 1_000; call++) {
      for (int row = 0; row < 100; row++) {
        keys.add(LabelKey.of(new PredictionId(-7, call, row)));
      }
    }
    assertThat(keys).hasSize(100_000);
  }
}
