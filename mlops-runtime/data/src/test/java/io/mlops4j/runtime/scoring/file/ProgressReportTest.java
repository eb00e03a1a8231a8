package io.mlops4j.runtime.scoring.file;

import static org.assertj.core.api.Assertions.assertThat;

import io.mlops4j.feature.ReadProgress;
import io.mlops4j.runtime.scoring.ScoringProgress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ProgressReportTest {
  private final AtomicLong now = new AtomicLong();
  private final List<ScoringProgress> seen = new ArrayList<>();
  private final ProgressReport report = new ProgressReport(seen::add, 0, now::get);

  private ScoringProgress written(long rows) {
    now.addAndGet(TimeUnit.SECONDS.toNanos(1));
    report.written(rows, OptionalLong.empty());
    return seen.get(seen.size() - 1);
  }

  @Test
  void theNumberOfRowsGivesThePartAndTheTime() {
    report.read(new ReadProgress(900, OptionalLong.of(1000), 0, 0));
    assertThat(written(400).text()).isEqualTo("400 of 1,000 rows, 40%, 400 rows/s, 1 s left");
  }

  /** A quarter of the bytes had 500 rows, so all have some 2000. */
  @Test
  void theBytesGiveThePartOfWhatIsWritten() {
    report.read(new ReadProgress(500, OptionalLong.empty(), 100, 400));
    ScoringProgress now = written(200);
    assertThat(now.fraction()).isEqualTo(0.1);
    assertThat(now.total()).isEmpty();
    assertThat(now.remaining()).hasValue(Duration.ofSeconds(9));
    assertThat(now.text()).isEqualTo("200 rows, 10%, 200 rows/s, 9 s left");
  }

  @Test
  void withoutBytesTheFirstPartIsZero() {
    report.read(new ReadProgress(500, OptionalLong.empty(), 0, 400));
    assertThat(written(200).text()).isEqualTo("200 rows, 0%, 200 rows/s");
  }

  @Test
  void aQueryHasNoPart() {
    assertThat(written(200).text()).isEqualTo("200 rows, 200 rows/s");
    report.read(new ReadProgress(500, OptionalLong.empty(), 0, 0));
    assertThat(written(400).text()).isEqualTo("400 rows, 200 rows/s");
    report.ended(500);
    assertThat(seen.get(2).text()).isEqualTo("500 rows, 100%, 250 rows/s, 0 s left");
  }

  @Test
  void aTooLowEstimateIsNoPartAboveOne() {
    report.read(new ReadProgress(100, OptionalLong.empty(), 400, 400));
    assertThat(written(200).text()).isEqualTo("200 rows, 100%, 200 rows/s, 0 s left");
  }

  @Test
  void saysHowManyRowsAKillCannotTake() {
    now.addAndGet(TimeUnit.SECONDS.toNanos(1));
    report.written(200, OptionalLong.of(150));
    now.addAndGet(TimeUnit.SECONDS.toNanos(1));
    report.written(400, OptionalLong.of(400));
    assertThat(seen)
        .extracting(ScoringProgress::text)
        .containsExactly("200 rows, 200 rows/s, 150 rows durable", "400 rows, 200 rows/s");
  }

  @Test
  void reportsFiveTimesASecond() {
    for (int i = 0; i < 10; i++) {
      now.addAndGet(TimeUnit.MILLISECONDS.toNanos(100));
      report.written(i, OptionalLong.empty());
    }
    assertThat(seen).hasSize(5);
  }
}
