package io.mlops4j.runtime.internal.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StampTest {
  private static final Instant FINE = Instant.parse("2026-01-02T03:04:05.006007008Z");
  private static final Instant WHOLE = Instant.parse("2026-01-02T03:04:05Z");

  @TempDir Path folder;

  private static Stamp changed(Instant moment) {
    return new Stamp(7, 11, Instant.EPOCH, moment);
  }

  @Test
  void aFileIsUnsettledForAsLongAsASecondChangeMayNotShow() {
    assertThat(changed(FINE).settled(FINE)).isFalse();
    assertThat(changed(FINE).settled(FINE.plusMillis(49))).isFalse();
    assertThat(changed(FINE).settled(FINE.plusMillis(50))).isTrue();
    assertThat(changed(FINE).settled(FINE.minusSeconds(60))).as("changed in the future").isFalse();
  }

  @Test
  void timesWithoutFractionsMayComeFromAFileSystemThatKeepsNone() {
    assertThat(changed(WHOLE).settled(WHOLE.plusMillis(2999))).isFalse();
    assertThat(changed(WHOLE).settled(WHOLE.plusMillis(3000))).isTrue();
  }

  @Test
  void settlingWaitsAMomentAndNoLonger() throws IOException {
    Stamp now = Stamp.of(Files.createFile(folder.resolve("new")));
    assertThat(now.settle()).isTrue();
    assertThat(now.settled(Instant.now())).isTrue();
    assertThat(changed(Instant.now().plusSeconds(3600)).settle()).isFalse();
  }

  @Test
  void everyPartCountsAndIsWritten() {
    Stamp stamp = new Stamp(7, 11, WHOLE, FINE);
    assertThat(Stamp.parse(stamp.text())).isEqualTo(stamp).hasSameHashCodeAs(stamp);
    assertThat(stamp)
        .isNotEqualTo(new Stamp(8, 11, WHOLE, FINE))
        .isNotEqualTo(new Stamp(7, 12, WHOLE, FINE))
        .isNotEqualTo(new Stamp(7, 11, WHOLE.plusNanos(1), FINE))
        .isNotEqualTo(new Stamp(7, 11, WHOLE, FINE.plusNanos(1)));
    assertThatThrownBy(() -> Stamp.parse("7 11 0:0")).isInstanceOf(IllegalArgumentException.class);
  }
}
