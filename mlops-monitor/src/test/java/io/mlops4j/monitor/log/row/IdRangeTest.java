package io.mlops4j.monitor.log.row;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.inference.PredictionId;
import io.mlops4j.monitor.log.file.Bloom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class IdRangeTest {
  private static PredictionId id(long process, long call) {
    return new PredictionId(process, call, 3);
  }

  @Test
  void callsOfOneProcessAreARange() {
    IdRange range = IdRange.NONE.with(id(1, 7)).with(id(1, 3)).with(IdRange.NONE);
    assertThat(range).isEqualTo(new IdRange(1, 3, 7));
    assertThat(range.mayHold(id(1, 5))).isTrue();
    assertThat(range.mayHold(id(1, 8))).isFalse();
    assertThat(range.mayHold(id(2, 5))).isFalse();
    assertThat(IdRange.NONE.mayHold(id(0, 0))).isFalse();
  }

  @Test
  void callsOfTwoProcessesAreAnyIds() {
    IdRange range = IdRange.NONE.with(id(1, 7)).with(id(2, 7));
    assertThat(range).isEqualTo(IdRange.ANY);
    assertThat(range.with(id(1, 1)).mayHold(id(9, 99))).isTrue();
  }

  @Test
  void aFilterHoldsItsHashesAndFewOthers() {
    long[] hashes = LongStream.range(0, 1_000).map(i -> Hashes.ofId("id-" + i)).toArray();
    Bloom bloom = Bloom.of(hashes);
    assertThat(LongStream.of(hashes)).allMatch(bloom::mayHold);
    long others =
        LongStream.range(1_000, 101_000).filter(i -> bloom.mayHold(Hashes.ofId("id-" + i))).count();
    assertThat(others).isLessThan(100_000 / 500);
  }
}
